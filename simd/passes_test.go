package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/simd"
	"gsdnet/simd/internal/kernel"
)

// withSpecial puts NaNs of several bits, infinities and zeros among random numbers.
func withSpecial(rng *rand.Rand, dims ...int) array {
	a := random(rng, dtypes.Float32, dims...)
	special := []uint32{0, 1 << 31, 0x7fc00000, 0xffc00001, 0x7fc12345, 0x7f800000, 0xff800000, 1}
	x := a.flat.([]float32)
	for range len(x) / 50 {
		x[rng.IntN(len(x))] = math.Float32frombits(special[rng.IntN(len(special))])
	}
	return a
}

// bitsOf returns the bits of arrays of float32.
func bitsOf(arrays []array) (bits [][]uint32) {
	for _, a := range arrays {
		x := a.flat.([]float32)
		b := make([]uint32, len(x))
		for i, v := range x {
			b[i] = math.Float32bits(v)
		}
		bits = append(bits, b)
	}
	return bits
}

// gated is what the loops of a training step do: gates, layer norms, gradients of max,
// operands that repeat by row or by column or lie apart, and a step of Adam.
func gated(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	x, y, row, col := in[0], in[1], in[2], in[3]
	var failed error
	do := func(v compute.Value, err error) compute.Value {
		if failed == nil {
			failed = err
		}
		return v
	}
	s, err := f.Shape(x)
	if err != nil {
		return nil, err
	}
	dims := s.Dimensions
	constant := func(v float32) compute.Value { return do(f.Constant([]float32{v}, []int{}...)) }
	wide := func(v compute.Value, axes ...int) compute.Value { return do(f.BroadcastInDim(v, s, axes)) }
	r, c := wide(row, 0), wide(col, 1)
	gate := do(f.Logistic(do(f.Add(x, c))))
	mixed := do(f.Add(do(f.Mul(gate, y)), do(f.Mul(do(f.Sub(wide(constant(1)), gate)), x))))
	centred := do(f.Sub(mixed, r))
	length := do(f.ReduceSum(do(f.Mul(centred, centred)), 1))
	norm := do(f.Div(centred, wide(do(f.Sqrt(length)), 0)))
	right := do(f.Slice(in[4], []int{0, 0}, dims, nil)) // rows that lie apart
	positive := do(f.Sign(do(f.Add(do(f.Sign(right)), wide(constant(1))))))
	kept := do(f.Mul(do(f.Max(norm, wide(constant(0)))), positive))
	m := do(f.Add(do(f.Mul(x, wide(constant(0.9)))), do(f.Mul(y, wide(constant(0.1))))))
	v := do(f.Add(do(f.Mul(x, x)), do(f.Mul(do(f.Mul(y, y)), wide(constant(0.01))))))
	step := do(f.Div(do(f.Mul(m, r)), do(f.Add(do(f.Sqrt(v)), wide(constant(1e-7))))))
	next := do(f.Neg(do(f.Sub(step, do(f.Div(r, x))))))
	return []compute.Value{mixed, length, norm, kept, next, do(f.ReduceSum(next, 0)), do(f.Add(right, x))}, failed
}

// TestProgramsHaveTheBitsOfInstructions, NaNs included, for rows that are multiples of
// the strips of programs and rows that are not, on one worker and several.
func TestProgramsHaveTheBitsOfInstructions(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, dims := range [][2]int{{70, 64}, {33, 128}, {9, 785}, {40, 66}, {1, 5000}, {500, 384}, {3, 3}} {
		in := []array{
			withSpecial(rng, dims[0], dims[1]), withSpecial(rng, dims[0], dims[1]),
			withSpecial(rng, dims[0]), withSpecial(rng, dims[1]), withSpecial(rng, dims[0], dims[1]+64),
		}
		for _, workers := range []int{1, 2, 3, 7} {
			b := newBackend(t, fmt.Sprint("workers=", workers))
			e, err := compile(b, gated, in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := run(b, e, in)
			if err != nil {
				t.Fatal(err)
			}
			if n, inside := simd.Programs(e); n == 0 || inside < 15 {
				t.Errorf("%v: %d instructions are in %d programs:\n%s", dims, inside, n, simd.Plan(e))
			}
			simd.DropPrograms(e)
			want, err := run(b, e, in)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(bitsOf(got), bitsOf(want)) {
				t.Errorf("%v, %d workers: programs give other bits than their instructions", dims, workers)
			}
		}
	}
}

// TestTrainingStepRunsPrograms: most instructions of a training step are in programs, so
// that its intermediate values stay in registers.
func TestTrainingStepRunsPrograms(t *testing.T) {
	rec := &recorder{Backend: newBackend(t, "")}
	paperStep().build(t, rec)
	programs, inside := simd.Programs(rec.last)
	if programs == 0 || inside < 3*programs {
		t.Errorf("got %d instructions in %d programs, want three in each:\n%s", inside, programs, simd.Plan(rec.last))
	}
	if level := kernel.Current(); level != kernel.Generic && !kernel.Interprets() {
		t.Errorf("%v has no kernel for programs", level)
	}
}

// TestRowsThatLieApartAreNotPacked where only programs read them.
func TestRowsThatLieApartAreNotPacked(t *testing.T) {
	plan := planOf(t, func(x, y *graph.Node) *graph.Node {
		return graph.Mul(graph.Slice(x, graph.AxisRange(), graph.AxisRange(0, 128)), y)
	}, []int{64, 256}, []int{64, 128})
	if !strings.Contains(plan, "strided rows") {
		t.Errorf("the rows are packed:\n%s", plan)
	}
}
