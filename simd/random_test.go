package simd_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"pgregory.net/rapid"
)

// A recipe draws a random program: a list of operations on what came before.
type recipe struct {
	t       *rapid.T
	inputs  []array
	ops     []step
	values  []known
	outputs []int
}

// A step adds a value to those before.
type step func(f compute.Function, v []compute.Value) (compute.Value, error)

// known is what is known of a value: its shape, and whether both backends
// compute it exactly, so that it may decide something.
type known struct {
	shape shapes.Shape
	exact bool
}

func (r *recipe) input(dtype dtypes.DType, dims ...int) {
	shape := shapes.Make(dtype, dims...)
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r.t, "seed"), 0))
	r.inputs = append(r.inputs, random(rng, dtype, dims...))
	r.values = append(r.values, known{shape, true})
}

func (r *recipe) add(shape shapes.Shape, exact bool, s step) {
	r.ops = append(r.ops, s)
	r.values = append(r.values, known{shape, exact})
}

// pick draws a value for which ok holds.
func (r *recipe) pick(label string, ok func(known) bool) (int, bool) {
	var fit []int
	for i, v := range r.values {
		if ok(v) {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(fit).Draw(r.t, label), true
}

func isFloat(v known) bool { return v.shape.DType == dtypes.Float32 && v.shape.Size() < 50000 }

// program returns the recipe as a program.
func (r *recipe) program() program {
	return func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		v := slices.Clone(in)
		for _, op := range r.ops {
			x, err := op(f, v)
			if err != nil {
				return nil, err
			}
			v = append(v, x)
		}
		out := make([]compute.Value, len(r.outputs))
		for i, o := range r.outputs {
			out[i] = v[o]
		}
		return out, nil
	}
}

var actions = []func(r *recipe){
	(*recipe).addUnary, (*recipe).addUnary, (*recipe).addBinary, (*recipe).addBinary, (*recipe).addBinary,
	(*recipe).addReduce, (*recipe).addReduce, (*recipe).addTranspose, (*recipe).addReshape, (*recipe).addBroadcast,
	(*recipe).addSlice, (*recipe).addConcat, (*recipe).addPad, (*recipe).addWhere, (*recipe).addDot, (*recipe).addDot,
	(*recipe).addConstant, (*recipe).addConvert,
}

func (r *recipe) addUnary() {
	i, ok := r.pick("operand", isFloat)
	if !ok {
		return
	}
	op := rapid.SampledFrom([]unaryOp{compute.Function.Tanh, compute.Function.Logistic, compute.Function.Neg, compute.Function.Abs}).Draw(r.t, "unary")
	r.add(r.values[i].shape, false, func(f compute.Function, v []compute.Value) (compute.Value, error) { return op(f, v[i]) })
}

func (r *recipe) addBinary() {
	i, ok := r.pick("lhs", isFloat)
	if !ok {
		return
	}
	s := r.values[i].shape
	j, ok := r.pick("rhs", func(v known) bool {
		return isFloat(v) && (v.shape.Rank() == 0 || slices.Equal(v.shape.Dimensions, s.Dimensions) || broadcastable(v.shape, s))
	})
	if !ok {
		return
	}
	if rapid.Bool().Draw(r.t, "swap") {
		i, j = j, i
	}
	op := rapid.SampledFrom([]binaryOp{compute.Function.Add, compute.Function.Sub, compute.Function.Mul, compute.Function.Max, compute.Function.Min}).Draw(r.t, "binary")
	r.add(s, false, func(f compute.Function, v []compute.Value) (compute.Value, error) { return op(f, v[i], v[j]) })
}

func broadcastable(from, to shapes.Shape) bool {
	if from.Rank() != to.Rank() {
		return false
	}
	for a, d := range from.Dimensions {
		// Upstream's shape of an empty axis against one of size one is not empty.
		if d != to.Dimensions[a] && (d != 1 || to.Dimensions[a] == 0) {
			return false
		}
	}
	return true
}

func (r *recipe) addReduce() {
	i, ok := r.pick("operand", func(v known) bool { return isFloat(v) && v.shape.Rank() > 0 })
	if !ok {
		return
	}
	s := r.values[i].shape
	var axes, kept []int
	for a, d := range s.Dimensions {
		if rapid.Bool().Draw(r.t, "reduced") {
			axes = append(axes, a)
		} else {
			kept = append(kept, d)
		}
	}
	if len(axes) == 0 {
		return
	}
	op := rapid.SampledFrom([]reduceOp{compute.Function.ReduceSum, compute.Function.ReduceMax, compute.Function.ReduceMin}).Draw(r.t, "reduce")
	if s.Size() == 0 {
		op = compute.Function.ReduceSum
	}
	r.add(shapes.Make(s.DType, kept...), false, func(f compute.Function, v []compute.Value) (compute.Value, error) { return op(f, v[i], axes...) })
}

func (r *recipe) addTranspose() {
	i, ok := r.pick("operand", func(v known) bool { return v.shape.Rank() > 1 })
	if !ok {
		return
	}
	s := r.values[i].shape
	order := make([]int, s.Rank())
	for a := range order {
		order[a] = a
	}
	p := rapid.Permutation(order).Draw(r.t, "permutation")
	out := s.Clone()
	for a, from := range p {
		out.Dimensions[a] = s.Dimensions[from]
	}
	r.add(out, r.values[i].exact, func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Transpose(v[i], p...) })
}

func (r *recipe) addReshape() {
	i, ok := r.pick("operand", func(v known) bool { return v.shape.Size() > 0 })
	if !ok {
		return
	}
	var dims []int
	for n := r.values[i].shape.Size(); n > 1 || rapid.IntRange(0, 3).Draw(r.t, "one") == 0; {
		d := rapid.IntRange(1, n).Filter(func(d int) bool { return n%d == 0 }).Draw(r.t, "d")
		dims = append(dims, d)
		n /= d
		if len(dims) > 5 {
			dims = append(dims, n)
			break
		}
	}
	r.add(shapes.Make(r.values[i].shape.DType, dims...), r.values[i].exact, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Reshape(v[i], dims...)
	})
}

func (r *recipe) addBroadcast() {
	i, ok := r.pick("operand", func(v known) bool { return v.shape.Rank() < 4 && v.shape.Size() < 500 })
	if !ok {
		return
	}
	s := r.values[i].shape
	var dims, axes []int
	for a := 0; a <= s.Rank(); a++ {
		if rapid.IntRange(0, 2).Draw(r.t, "new") == 0 {
			dims = append(dims, rapid.IntRange(1, 5).Draw(r.t, "size"))
		}
		if a < s.Rank() {
			axes = append(axes, len(dims))
			d := s.Dimensions[a]
			if d == 1 {
				d = rapid.IntRange(1, 4).Draw(r.t, "stretch")
			}
			dims = append(dims, d)
		}
	}
	out := shapes.Make(s.DType, dims...)
	r.add(out, r.values[i].exact, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.BroadcastInDim(v[i], out, axes)
	})
}

func (r *recipe) addSlice() {
	i, ok := r.pick("operand", func(v known) bool { return v.shape.Rank() > 0 && v.shape.Size() > 0 })
	if !ok {
		return
	}
	s := r.values[i].shape
	var starts, limits, steps, dims []int
	for _, d := range s.Dimensions {
		start := rapid.IntRange(0, d-1).Draw(r.t, "start")
		limit := rapid.IntRange(start+1, d).Draw(r.t, "limit")
		step := rapid.IntRange(1, 3).Draw(r.t, "step")
		starts, limits, steps = append(starts, start), append(limits, limit), append(steps, step)
		dims = append(dims, (limit-start+step-1)/step)
	}
	r.add(shapes.Make(s.DType, dims...), r.values[i].exact, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Slice(v[i], starts, limits, steps)
	})
}

func (r *recipe) addConcat() {
	i, ok := r.pick("first", func(v known) bool { return isFloat(v) && v.shape.Rank() > 0 })
	if !ok {
		return
	}
	s := r.values[i].shape
	axis := rapid.IntRange(0, s.Rank()-1).Draw(r.t, "axis")
	j, _ := r.pick("second", func(v known) bool {
		if !isFloat(v) || v.shape.Rank() != s.Rank() {
			return false
		}
		for a, d := range v.shape.Dimensions {
			if a != axis && d != s.Dimensions[a] {
				return false
			}
		}
		return true
	})
	out := s.Clone()
	out.Dimensions[axis] += r.values[j].shape.Dimensions[axis]
	r.add(out, false, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Concatenate(axis, v[i], v[j])
	})
}

func (r *recipe) addPad() {
	i, ok := r.pick("operand", func(v known) bool { return isFloat(v) && v.shape.Rank() > 0 && v.shape.Size() > 0 })
	if !ok {
		return
	}
	fill, ok := r.pick("fill", func(v known) bool { return isFloat(v) && v.shape.Rank() == 0 })
	if !ok {
		return
	}
	out := r.values[i].shape.Clone()
	var axes []compute.PadAxis
	for a, d := range out.Dimensions {
		if a > 0 && rapid.IntRange(0, 5).Draw(r.t, "fewer") == 0 {
			break
		}
		p := compute.PadAxis{
			Start: rapid.IntRange(0, 2).Draw(r.t, "start"), End: rapid.IntRange(0, 2).Draw(r.t, "end"),
			Interior: rapid.IntRange(0, 1).Draw(r.t, "interior"),
		}
		axes = append(axes, p)
		out.Dimensions[a] = d + p.Start + p.End + (d-1)*p.Interior
	}
	r.add(out, false, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Pad(v[i], v[fill], axes...)
	})
}

func (r *recipe) addWhere() {
	i, ok := r.pick("a", func(v known) bool { return isFloat(v) && v.exact })
	if !ok {
		return
	}
	s := r.values[i].shape
	same := func(v known) bool { return isFloat(v) && v.shape.Equal(s) }
	j, _ := r.pick("b", func(v known) bool { return same(v) && v.exact })
	k, _ := r.pick("onTrue", same)
	l, _ := r.pick("onFalse", func(v known) bool { return same(v) || isFloat(v) && v.shape.Rank() == 0 })
	r.add(s, false, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		c, err := f.LessThan(v[i], v[j])
		if err != nil {
			return nil, err
		}
		return f.Where(c, v[k], v[l])
	})
}

func (r *recipe) addConvert() {
	i, ok := r.pick("operand", func(v known) bool { return v.exact && isFloat(v) })
	if !ok {
		return
	}
	s := r.values[i].shape
	to := rapid.SampledFrom([]dtypes.DType{dtypes.Int32, dtypes.Bool, dtypes.Float64, dtypes.Int8}).Draw(r.t, "type")
	r.add(s, true, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		x, err := f.ConvertDType(v[i], to)
		if err != nil {
			return nil, err
		}
		return f.ConvertDType(x, dtypes.Float32)
	})
}

func (r *recipe) addConstant() {
	dims := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 3).Draw(r.t, "dims")
	s := shapes.Make(dtypes.Float32, dims...)
	x := rapid.SliceOfN(rapid.Float64Range(-2, 2), s.Size(), s.Size()).Draw(r.t, "constant")
	if rapid.IntRange(0, 3).Draw(r.t, "neutral") == 0 {
		for i := range x {
			x[i] = float64(i % 2)
		}
	}
	flat := floats(dtypes.Float32, x, dims...).flat
	r.add(s, true, func(f compute.Function, _ []compute.Value) (compute.Value, error) { return f.Constant(flat, dims...) })
}

// addDot multiplies two values: each axis of the left one is contracted with
// an axis of the right of the same size, runs in step with it, or is free.
func (r *recipe) addDot() {
	isSmall := func(v known) bool { return isFloat(v) && v.shape.Rank() <= 4 && v.shape.Size() < 2000 }
	i, ok := r.pick("lhs", isSmall)
	if !ok {
		return
	}
	j, _ := r.pick("rhs", isSmall)
	l, rr := r.values[i].shape, r.values[j].shape
	var lc, lb, rc, rb []int
	used := map[int]bool{}
	for a, d := range l.Dimensions {
		if d > 200 {
			continue
		}
		for b, e := range rr.Dimensions {
			if d != e || used[b] {
				continue
			}
			switch rapid.IntRange(0, 2).Draw(r.t, "role") {
			case 0:
				lc, rc, used[b] = append(lc, a), append(rc, b), true
			case 1:
				lb, rb, used[b] = append(lb, a), append(rb, b), true
			default:
				continue
			}
			break
		}
	}
	var dims []int
	for _, a := range lb {
		dims = append(dims, l.Dimensions[a])
	}
	for a, d := range l.Dimensions {
		if !slices.Contains(lc, a) && !slices.Contains(lb, a) {
			dims = append(dims, d)
		}
	}
	for a, d := range rr.Dimensions {
		if !slices.Contains(rc, a) && !slices.Contains(rb, a) {
			dims = append(dims, d)
		}
	}
	out := shapes.Make(dtypes.Float32, dims...)
	if out.Size() > 20000 || out.Rank() > 6 {
		return
	}
	r.add(out, false, func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.DotGeneral(v[i], lc, lb, v[j], rc, rb, compute.DotGeneralConfig{})
	})
}

// drawRecipe draws a program and its inputs.
func drawRecipe(t *rapid.T) *recipe {
	r := &recipe{t: t}
	size := rapid.SampledFrom([]int{1, 2, 3, 4, 5, 7, 16, 17, 33, 65, 130, 1030, 4100})
	dims := rapid.SliceOfN(size, 0, 3).Filter(func(d []int) bool { return shapes.Make(dtypes.Float32, d...).Size() < 20000 }).Draw(t, "dims")
	if rapid.IntRange(0, 15).Draw(t, "empty") == 0 && len(dims) > 0 {
		dims[0] = 0
	}
	r.input(dtypes.Float32, dims...)
	r.input(dtypes.Float32, dims...)
	r.input(dtypes.Float32)
	if len(dims) > 0 {
		one := slices.Clone(dims)
		one[rapid.IntRange(0, len(dims)-1).Draw(t, "axis")] = 1
		r.input(dtypes.Float32, one...)
	}
	for range rapid.IntRange(1, 14).Draw(t, "ops") {
		rapid.SampledFrom(actions).Draw(t, "action")(r)
	}
	for range rapid.IntRange(1, 4).Draw(t, "outputs") {
		r.outputs = append(r.outputs, rapid.IntRange(0, len(r.values)-1).Draw(t, "output"))
	}
	if len(r.values) > 0 {
		r.outputs = append(r.outputs, len(r.values)-1)
	}
	return r
}

// TestRandomGraphs compares whole graphs with the Go backend's.
func TestRandomGraphs(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecipe(t)
		same(t, b, reference, r.program(), r.inputs, 1e-4, 1e-3)
	})
}

// FuzzGraphs lets the fuzzer choose the graphs.
func FuzzGraphs(f *testing.F) {
	b, reference := newBackend(f, ""), goBackend(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		r := drawRecipe(t)
		same(t, b, reference, r.program(), r.inputs, 1e-4, 1e-3)
	}))
}
