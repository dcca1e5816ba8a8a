package simd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// special values that every element-wise operation meets.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2, 3, -3.7, 1e-3, 88, -88, 100, -100, 1e10, -1e10,
	math.SmallestNonzeroFloat32, -1e-40, 1.1754944e-38, math.MaxFloat32, -math.MaxFloat32,
	math.Inf(1), math.Inf(-1), math.NaN(), 1.5, 2.5, -2.5, 0.9999999, 1.0000001,
}

// pairs returns two arrays that hold every pair of special values.
func pairs(dtype dtypes.DType) (a, b array) {
	n := len(special)
	var x, y []float64
	for i := range n {
		for j := range n {
			x, y = append(x, special[i]), append(y, special[j])
		}
	}
	return floats(dtype, x, n, n), floats(dtype, y, n, n)
}

// floats makes an array of a type; integers are small.
func floats(dtype dtypes.DType, x []float64, dims ...int) array {
	s := shapes.Make(dtype, dims...)
	whole := func(v float64) int {
		if math.IsNaN(v) || math.Abs(v) > 100 {
			return 7
		}
		return int(v)
	}
	switch dtype {
	case dtypes.Float32:
		return array{s, convert(x, func(v float64) float32 { return float32(v) })}
	case dtypes.Float64:
		return array{s, convert(x, func(v float64) float64 { return v })}
	case dtypes.Int8:
		return array{s, convert(x, func(v float64) int8 { return int8(whole(v)) })}
	case dtypes.Int32:
		return array{s, convert(x, func(v float64) int32 { return int32(whole(v)) })}
	case dtypes.Int64:
		return array{s, convert(x, func(v float64) int64 { return int64(whole(v)) })}
	case dtypes.Uint8:
		return array{s, convert(x, func(v float64) uint8 { return uint8(max(0, whole(v))) })}
	case dtypes.Uint64:
		return array{s, convert(x, func(v float64) uint64 { return uint64(max(0, whole(v))) })}
	case dtypes.Bool:
		return array{s, convert(x, func(v float64) bool { return v > 0 })}
	}
	panic(dtype.String())
}

func convert[T any](x []float64, f func(float64) T) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// random makes an array of values in (-2, 2).
func random(rng *rand.Rand, dtype dtypes.DType, dims ...int) array {
	x := make([]float64, shapes.Make(dtype, dims...).Size())
	for i := range x {
		x[i] = 4*rng.Float64() - 2
		if dtype != dtypes.Float32 && dtype != dtypes.Float64 {
			x[i] = float64(rng.IntN(5))
		}
	}
	return floats(dtype, x, dims...)
}

type (
	unaryOp  = func(compute.Function, compute.Value) (compute.Value, error)
	binaryOp = func(compute.Function, compute.Value, compute.Value) (compute.Value, error)
	reduceOp = func(compute.Function, compute.Value, ...int) (compute.Value, error)
)

var numeric = []dtypes.DType{
	dtypes.Float32, dtypes.Float64, dtypes.Int8, dtypes.Int32, dtypes.Int64, dtypes.Uint8, dtypes.Uint64, dtypes.Bool,
}

var unaryOps = map[string]unaryOp{
	"Abs": compute.Function.Abs, "BitwiseNot": compute.Function.BitwiseNot, "Ceil": compute.Function.Ceil,
	"Cos": compute.Function.Cos, "Erf": compute.Function.Erf, "Exp": compute.Function.Exp, "Expm1": compute.Function.Expm1,
	"Floor": compute.Function.Floor, "IsFinite": compute.Function.IsFinite, "IsNaN": compute.Function.IsNaN,
	"Log": compute.Function.Log, "Log1p": compute.Function.Log1p, "LogicalNot": compute.Function.LogicalNot,
	"Logistic": compute.Function.Logistic, "Neg": compute.Function.Neg, "Round": compute.Function.Round,
	"Rsqrt": compute.Function.Rsqrt, "Sign": compute.Function.Sign, "Sin": compute.Function.Sin,
	"Sqrt": compute.Function.Sqrt, "Tanh": compute.Function.Tanh, "BitCount": compute.Function.BitCount, "Clz": compute.Function.Clz,
}

var binaryOps = map[string]binaryOp{
	"Add": compute.Function.Add, "Sub": compute.Function.Sub, "Mul": compute.Function.Mul, "Div": compute.Function.Div,
	"Max": compute.Function.Max, "Min": compute.Function.Min, "Pow": compute.Function.Pow, "Rem": compute.Function.Rem,
	"Equal": compute.Function.Equal, "NotEqual": compute.Function.NotEqual, "LessThan": compute.Function.LessThan,
	"LessOrEqual": compute.Function.LessOrEqual, "GreaterThan": compute.Function.GreaterThan,
	"GreaterOrEqual": compute.Function.GreaterOrEqual, "BitwiseAnd": compute.Function.BitwiseAnd,
	"BitwiseOr": compute.Function.BitwiseOr, "BitwiseXor": compute.Function.BitwiseXor, "LogicalAnd": compute.Function.LogicalAnd,
	"LogicalOr": compute.Function.LogicalOr, "LogicalXor": compute.Function.LogicalXor, "ShiftLeft": compute.Function.ShiftLeft,
	"ShiftRightLogical": compute.Function.ShiftRightLogical,
}

var reduceOps = map[string]reduceOp{
	"Sum": compute.Function.ReduceSum, "Product": compute.Function.ReduceProduct, "Max": compute.Function.ReduceMax,
	"Min": compute.Function.ReduceMin, "And": compute.Function.ReduceLogicalAnd, "Or": compute.Function.ReduceLogicalOr,
	"Xor": compute.Function.ReduceLogicalXor, "BitAnd": compute.Function.ReduceBitwiseAnd,
	"BitOr": compute.Function.ReduceBitwiseOr, "BitXor": compute.Function.ReduceBitwiseXor,
}

// transcendental is the relative error allowed to functions that are not exact.
const transcendental = 1e-6

func TestUnaryOperations(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	for name, op := range unaryOps {
		for _, dtype := range numeric {
			t.Run(name+"/"+dtype.String(), func(t *testing.T) {
				x, _ := pairs(dtype)
				if dtype == dtypes.Float32 && (name == "Sin" || name == "Cos") {
					x = random(rand.New(rand.NewPCG(1, 1)), dtype, 67)
				}
				same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
					y, err := op(f, in[0])
					return []compute.Value{y}, err
				}, []array{x}, transcendental, 1e-44)
			})
		}
	}
}

func TestBinaryOperations(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	for name, op := range binaryOps {
		for _, dtype := range numeric {
			t.Run(name+"/"+dtype.String(), func(t *testing.T) {
				x, y := pairs(dtype)
				same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
					z, err := op(f, in[0], in[1])
					return []compute.Value{z}, err
				}, []array{x, y}, transcendental, 0)
			})
		}
	}
}

// TestBroadcasting puts vectors, rows, columns and scalars on either side.
func TestBroadcasting(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(3, 4))
	sides := [][]int{{}, {5, 1, 1}, {1, 7, 1}, {1, 1, 33}, {5, 7, 1}, {5, 1, 33}, {1, 7, 33}, {5, 7, 33}, {1, 1, 1}}
	for name, op := range binaryOps {
		for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Int32} {
			for _, l := range sides {
				for _, r := range sides {
					x, y := random(rng, dtype, l...), random(rng, dtype, r...)
					same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
						z, err := op(f, in[0], in[1])
						return []compute.Value{z}, err
					}, []array{x, y}, transcendental, 0)
				}
			}
		}
		_ = name
	}
}

func TestReductions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(5, 6))
	shapesToReduce := [][]int{{1}, {65}, {5000}, {3, 4, 5}, {40, 33}, {700, 3}, {3, 700}, {2, 3, 4, 5}, {20000, 2}, {1, 300, 1, 40}, {0, 3}, {3, 0}, {17, 5, 129}}
	for name, op := range reduceOps {
		for _, dtype := range numeric {
			t.Run(name+"/"+dtype.String(), func(t *testing.T) {
				for _, dims := range shapesToReduce {
					for set := 1; set < 1<<len(dims); set++ {
						var axes []int
						for a := range dims {
							if set>>a&1 == 1 {
								axes = append(axes, a)
							}
						}
						x := random(rng, dtype, dims...)
						absolute := 1e-5 * math.Sqrt(float64(x.shape.Size()))
						same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
							y, err := op(f, in[0], axes...)
							return []compute.Value{y}, err
						}, []array{x}, 1e-5, absolute)
					}
				}
			})
		}
	}
}

// TestLargeReductions reduces arrays whose work is divided, over every set of
// axes.
func TestLargeReductions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(19, 20))
	for _, dims := range [][]int{{300000}, {3, 70000}, {70000, 3}, {40, 50, 60}, {2, 3000, 33}, {600, 2, 150}, {5, 7000, 4}} {
		for set := 1; set < 1<<len(dims); set++ {
			var axes []int
			for a := range dims {
				if set>>a&1 == 1 {
					axes = append(axes, a)
				}
			}
			for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Int64} {
				x, y := random(rng, dtype, dims...), random(rng, dtype, dims...)
				same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
					z, err := f.Mul(in[0], in[1])
					if err != nil {
						return nil, err
					}
					sum, err := f.ReduceSum(z, axes...)
					if err != nil {
						return nil, err
					}
					most, err := f.ReduceMax(z, axes...)
					return []compute.Value{sum, most, z}, err
				}, []array{x, y}, 1e-5, 0.1)
			}
		}
	}
}

// TestReductionsMeetSpecialValues checks that NaN and infinities come through.
func TestReductionsMeetSpecialValues(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	for _, op := range []reduceOp{compute.Function.ReduceSum, compute.Function.ReduceMax, compute.Function.ReduceMin} {
		for _, axis := range []int{0, 1} {
			x, _ := pairs(dtypes.Float32)
			same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				y, err := op(f, in[0], axis)
				return []compute.Value{y}, err
			}, []array{x}, 1e-5, 0)
		}
	}
}

func TestConversions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	for _, from := range numeric {
		for _, to := range numeric {
			x := random(rand.New(rand.NewPCG(7, 8)), from, 67)
			same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				y, err := f.ConvertDType(in[0], to)
				return []compute.Value{y}, err
			}, []array{x}, 0, 0)
		}
	}
}
