package simd

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// A value is what one step of a program computes, or a parameter or constant.
// It has memory of its own, in row-major order.
type value struct {
	id    int
	op    compute.OpType
	dtype dtypes.DType
	dims  []int
	in    []operand
	attr  any
	data  []byte   // of a constant
	node  *node    // of a foreign operation
	multi []*value // the results of an operation with several
	index int      // which of them this is
}

// An operand is a value seen through a view.
type operand struct {
	*value
	view view
}

func (v *value) size() int  { return product(v.dims) }
func (v *value) bytes() int { return v.dtype.SizeForDimensions(v.size()) }

// whole is the operand that is all of v.
func (v *value) whole() operand { return operand{v, contiguous(v.dims)} }

// A graph holds the values that a program computes, inputs before users.
type graph struct {
	backend    *backend
	values     []*value
	parameters []*value
	outputs    []*value
	merged     map[string]*value
	key        []byte
	uses       map[*node]int
	of         map[*node]operand
}

// lower turns what a function's outputs need into values. captured stand for
// further parameters, for closures.
func lower(b *backend, f *function, captured []*node) *graph {
	g := &graph{backend: b, merged: map[string]*value{}, of: map[*node]operand{}}
	g.countUses(f)
	for _, p := range append(append([]*node{}, f.parameters...), captured...) {
		v := g.add(&value{op: compute.OpTypeParameter, dtype: p.shape.DType, dims: p.shape.Dimensions, index: len(g.parameters)})
		g.parameters = append(g.parameters, v)
		g.of[p] = v.whole()
	}
	for _, n := range f.nodes {
		if _, done := g.of[n]; !done && g.uses[n] > 0 {
			g.lowerNode(n)
		}
	}
	for _, n := range f.outputs {
		g.outputs = append(g.outputs, g.output(g.of[n]))
	}
	return g
}

// countUses counts how often each node that matters is an input or output.
func (g *graph) countUses(f *function) {
	g.uses = make(map[*node]int, len(f.nodes))
	for _, n := range f.outputs {
		g.uses[n]++
	}
	for i := len(f.nodes) - 1; i >= 0; i-- {
		n := f.nodes[i]
		if g.uses[n] == 0 {
			continue
		}
		for _, x := range n.inputs {
			g.uses[x]++
		}
	}
}

// output returns a value of its own for an output: not a parameter, constant
// or view, and not another output.
func (g *graph) output(o operand) *value {
	taken := o.op == compute.OpTypeParameter || o.op == compute.OpTypeConstant || !o.view.isContiguous() || o.size() != product(o.view.dims)
	for _, v := range g.outputs {
		taken = taken || v == o.value
	}
	if !taken {
		return o.value
	}
	return g.add(&value{op: compute.OpTypeIdentity, dtype: o.dtype, dims: o.view.dims, in: []operand{o}})
}

// add appends a value.
func (g *graph) add(v *value) *value {
	v.id = len(g.values)
	g.values = append(g.values, v)
	return v
}

// merge appends a value unless an equal one exists.
func (g *graph) merge(v *value) *value {
	key := v.appendKey(g.key[:0])
	g.key = key
	if old, ok := g.merged[string(key)]; ok {
		return old
	}
	g.merged[string(key)] = v
	return g.add(v)
}

// appendKey writes what makes two values equal.
func (v *value) appendKey(k []byte) []byte {
	k = strconv.AppendInt(k, int64(v.op), 10)
	k = append(k, ':')
	k = strconv.AppendInt(k, int64(v.dtype), 10)
	k = appendInts(k, v.dims)
	for _, o := range v.in {
		k = append(k, '#')
		k = strconv.AppendInt(k, int64(o.id), 10)
		k = appendInts(k, o.view.dims)
		k = appendInts(k, o.view.strides)
		k = strconv.AppendInt(k, int64(o.view.offset), 10)
	}
	if v.attr != nil {
		k = fmt.Appendf(k, "/%v", v.attr)
	}
	return append(k, v.data...)
}

func appendInts(k []byte, s []int) []byte {
	for _, x := range s {
		k = append(k, ',')
		k = strconv.AppendInt(k, int64(x), 10)
	}
	return append(k, ';')
}

// operands returns what the node's inputs became.
func (g *graph) operands(n *node) []operand {
	in := make([]operand, len(n.inputs))
	for i, x := range n.inputs {
		in[i] = g.of[x]
	}
	return in
}

// materialise returns the operand as a value of its own memory.
func (g *graph) materialise(o operand) operand {
	if o.view.isContiguous() && o.size() == product(o.view.dims) {
		return operand{o.value, contiguous(o.view.dims)}
	}
	return g.merge(&value{op: compute.OpTypeIdentity, dtype: o.dtype, dims: o.view.dims, in: []operand{o}}).whole()
}

// lowerNode finds the operand that a node stands for.
func (g *graph) lowerNode(n *node) {
	if n.of != nil {
		return // set with its operation
	}
	if n.foreign != nil && !hasOwn(n) {
		g.lowerForeign(n)
		return
	}
	in := g.operands(n)
	switch n.op {
	case compute.OpTypeParameter:
		panic("simd: a parameter of another function")
	case compute.OpTypeConstant:
		g.of[n] = g.constant(n.shape, n.attr.(constantAttr).data)
	case compute.OpTypeIdentity, compute.OpTypeSchedulingBarrier:
		g.of[n] = in[0]
	case compute.OpTypeReshape:
		g.of[n] = g.reshape(in[0], n.shape.Dimensions)
	case compute.OpTypeTranspose:
		g.of[n] = g.transpose(n, in[0])
	case compute.OpTypeBroadcastInDim:
		g.of[n] = operand{in[0].value, in[0].view.broadcast(n.shape.Dimensions, n.attr.([]int))}
	case compute.OpTypeSlice:
		a := n.attr.(sliceAttr)
		g.of[n] = operand{in[0].value, in[0].view.slice(a.starts, a.strides, n.shape.Dimensions)}
	case compute.OpTypeConvertDType:
		if in[0].dtype == n.shape.DType {
			g.of[n] = in[0]
			return
		}
		g.lowerElementwise(n, in)
	case compute.OpTypeDotGeneral:
		g.of[n] = g.lowerDot(n.attr.(dotAttr), n.shape.Dimensions, in[0], in[1])
	case compute.OpTypeConvGeneral:
		g.of[n] = g.lowerConv(n.attr.(convAttr), n.shape.Dimensions, in[0], in[1])
	case compute.OpTypeReduceWindow:
		g.of[n] = g.lowerPool(n.attr.(windowAttr), n.shape.Dimensions, in[0])
	case compute.OpTypeRNGBitGenerator:
		g.lowerRandom(n, in)
	case compute.OpTypeCall:
		g.lowerCall(n, in)
	case compute.OpTypeWhile, compute.OpTypeIf:
		g.lowerControl(n, in)
	case compute.OpTypeGather, compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin,
		compute.OpTypeSelectAndScatterMax, compute.OpTypeSelectAndScatterMin:
		for i := range in {
			in[i] = g.materialise(in[i])
		}
		g.of[n] = g.merge(&value{op: n.op, dtype: n.shape.DType, dims: n.shape.Dimensions, in: in, attr: n.attr}).whole()
	case compute.OpTypePad:
		in[1] = g.materialise(in[1])
		fallthrough
	case compute.OpTypeIota, compute.OpTypeConcatenate, compute.OpTypeReverse:
		g.of[n] = g.merge(&value{op: n.op, dtype: n.shape.DType, dims: n.shape.Dimensions, in: in, attr: n.attr}).whole()
	default:
		g.lowerArithmetic(n, in)
	}
}

// lowerArithmetic adds a reduction or an operation on aligned elements.
func (g *graph) lowerArithmetic(n *node, in []operand) {
	if isReduction(n.op) {
		g.of[n] = g.lowerReduction(n.op, in[0], n.attr.([]int), n.shape.Dimensions)
		return
	}
	g.lowerElementwise(n, in)
}

func (g *graph) constant(s shapes.Shape, data []byte) operand {
	return g.merge(&value{op: compute.OpTypeConstant, dtype: s.DType, dims: s.Dimensions, data: data}).whole()
}

func (g *graph) reshape(o operand, dims []int) operand {
	if v, ok := o.view.reshape(dims); ok {
		return operand{o.value, v}
	}
	o = g.materialise(o)
	v, _ := o.view.reshape(dims)
	return operand{o.value, v}
}

// transpose swaps the operands of a product that is only needed transposed.
func (g *graph) transpose(n *node, o operand) operand {
	permutation := n.attr.([]int)
	if o.op == compute.OpTypeDotGeneral && g.uses[n.inputs[0]] == 1 && o.view.isContiguous() {
		if swapped, ok := g.swapDot(o, permutation, n.shape.Dimensions); ok {
			return swapped
		}
	}
	return operand{o.value, o.view.transpose(permutation)}
}

// lowerElementwise adds an operation on aligned elements.
func (g *graph) lowerElementwise(n *node, in []operand) {
	for i, o := range in {
		in[i].view = o.view.spread(n.shape.Dimensions)
	}
	if same, ok := neutral(n.op, in); ok {
		g.of[n] = same
		return
	}
	op := n.op
	if x, ok := g.silu(n, in); ok {
		op, in = opSiLU, []operand{x}
	}
	g.of[n] = g.merge(&value{op: op, dtype: n.shape.DType, dims: n.shape.Dimensions, in: in}).whole()
}

// opSiLU is an operation that lowering makes of others: x·logistic(x).
const opSiLU = compute.OpType(-1)

// silu recognises x·logistic(x), where nothing else needs the logistic, and
// returns x.
func (g *graph) silu(n *node, in []operand) (x operand, ok bool) {
	if n.op != compute.OpTypeMul || n.shape.DType != dtypes.Float32 {
		return x, false
	}
	for i := range in {
		l, x := in[1-i], in[i]
		if l.op != compute.OpTypeLogistic || l.node != nil || g.uses[n.inputs[1-i]] != 1 || l.in[0].value != x.value || l.size() != n.shape.Size() {
			continue
		}
		// l is contiguous, so that its operand is what x has to be.
		if l.view.isContiguous() && slices.Equal(l.in[0].view.strides, x.view.strides) && slices.Equal(l.in[0].view.dims, x.view.dims) && l.in[0].view.offset == x.view.offset {
			return x, true
		}
	}
	return x, false
}

// lowerForeign adds an operation of the Go backend; its inputs are contiguous.
func (g *graph) lowerForeign(n *node) {
	in := g.operands(n)
	for i := range in {
		in[i] = g.materialise(in[i])
	}
	g.addResults(n, in, n.foreign.shapes)
}

// lowerRandom adds the generation of random bits.
func (g *graph) lowerRandom(n *node, in []operand) {
	g.addResults(n, []operand{g.materialise(in[0])}, n.foreign.shapes)
}

// addResults adds an operation with one value for each result.
func (g *graph) addResults(n *node, in []operand, results []shapes.Shape) {
	first := &value{op: n.op, in: in, node: n, attr: n.attr}
	for i, s := range results {
		v := first
		if i > 0 {
			v = &value{op: n.op, in: []operand{first.whole()}, node: n, index: i}
		}
		v.dtype, v.dims = s.DType, s.Dimensions
		first.multi = append(first.multi, g.add(v))
	}
	if n.results == nil {
		g.of[n] = first.whole()
		return
	}
	for i, r := range n.results {
		g.of[r] = first.multi[i].whole()
	}
}
