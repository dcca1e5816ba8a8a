package simd_test

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// TestRandomBits compares the stream and the state with the Go backend's, of
// which the third word is not defined.
func TestRandomBits(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	state := array{compute.RNGStateShape, []uint64{0x0123456789abcdef, 42, 7}}
	for _, dtype := range []dtypes.DType{dtypes.Uint8, dtypes.Uint32, dtypes.Uint64} {
		for _, n := range []int{0, 1, 2, 3, 7, 8, 9, 1000, 100003} {
			same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				next, bits, err := f.RNGBitGenerator(in[0], shapes.Make(dtype, n))
				if err != nil {
					return nil, err
				}
				after, more, err := f.RNGBitGenerator(next, shapes.Make(dtypes.Uint64, 3))
				if err != nil {
					return nil, err
				}
				word, err := f.Slice(after, []int{0}, []int{2}, nil)
				return []compute.Value{bits, more, word}, err
			}, []array{state}, 0, 0)
		}
	}
}
