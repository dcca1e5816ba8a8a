package simd

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// neutral returns the operand that an operation leaves as it is: x·1, x/1, x-0.
func neutral(op compute.OpType, in []operand) (operand, bool) {
	if op == compute.OpTypeIdentity {
		return in[0], true
	}
	if len(in) != 2 {
		return operand{}, false
	}
	switch op {
	case compute.OpTypeMul:
		if isScalar32(in[0], 1) {
			return in[1], true
		}
		return in[0], isScalar32(in[1], 1)
	case compute.OpTypeDiv, compute.OpTypePow:
		return in[0], isScalar32(in[1], 1)
	case compute.OpTypeSub:
		return in[0], isScalar32(in[1], 0)
	}
	return operand{}, false
}

// isScalar32 reports whether an operand is the one float32 constant v, not -0
// for 0.
func isScalar32(o operand, v float32) bool {
	return o.op == compute.OpTypeConstant && o.dtype == dtypes.Float32 && o.size() == 1 &&
		math.Float32bits(at[float32](pointerTo(o.data), 1)[0]) == math.Float32bits(v)
}
