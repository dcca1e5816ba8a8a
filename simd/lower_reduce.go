package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// A reduction in the graph is of the form [outer, middle, inner] → [outer,
// inner]: it folds one block of adjacent axes. Others are chains of those.
type reduceAttr struct{ outer, middle, inner int }

var reductions = []compute.OpType{
	compute.OpTypeReduceSum, compute.OpTypeReduceProduct, compute.OpTypeReduceMax, compute.OpTypeReduceMin,
	compute.OpTypeReduceLogicalAnd, compute.OpTypeReduceLogicalOr, compute.OpTypeReduceLogicalXor,
	compute.OpTypeReduceBitwiseAnd, compute.OpTypeReduceBitwiseOr, compute.OpTypeReduceBitwiseXor,
}

func isReduction(op compute.OpType) bool { return slices.Contains(reductions, op) }

// reduces reports whether v is a reduction that this backend runs.
func (v *value) reduces() bool { return v.node == nil && isReduction(v.op) }

// lowerReduction folds the blocks of adjacent axes one by one, the last first.
func (g *graph) lowerReduction(op compute.OpType, o operand, axes, dims []int) operand {
	reduced := make([]bool, len(o.view.dims))
	for _, a := range axes {
		reduced[a] = o.view.dims[a] != 1
	}
	if slices.Contains(o.view.dims, 0) {
		return g.reduceBlocks(op, g.materialise(o), reduced, dims)
	}
	// A permuted array is folded in the order of its memory.
	if p, ok := memoryOrder(o.view); ok && !slices.IsSorted(p) {
		moved := make([]bool, len(p))
		for i, a := range p {
			moved[i] = reduced[a]
		}
		kept := g.reduceBlocks(op, operand{o.value, o.view.transpose(p)}, moved, nil)
		return g.reshape(operand{kept.value, restore(kept.view, p, moved)}, dims)
	}
	return g.reduceBlocks(op, o, reduced, dims)
}

// memoryOrder returns the permutation that makes a view contiguous, if there
// is one.
func memoryOrder(v view) ([]int, bool) {
	p := make([]int, len(v.dims))
	for i := range p {
		p[i] = i
	}
	slices.SortStableFunc(p, func(a, b int) int { return v.strides[b] - v.strides[a] })
	return p, v.transpose(p).isDense()
}

// restore puts the axes kept by a reduction in permuted order back in order.
func restore(v view, p []int, reduced []bool) view {
	var kept []int // original axes, in the order of v
	for i, a := range p {
		if !reduced[i] {
			kept = append(kept, a)
		}
	}
	order := make([]int, len(kept))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return kept[a] - kept[b] })
	return v.transpose(order)
}

// reduceBlocks folds the marked axes; with dims nil it keeps one axis for each
// that is not marked.
func (g *graph) reduceBlocks(op compute.OpType, o operand, reduced []bool, dims []int) operand {
	for end := len(reduced); end > 0; {
		if !reduced[end-1] {
			end--
			continue
		}
		start := end
		for start > 0 && reduced[start-1] {
			start--
		}
		o = g.reduceBlock(op, o, start, end)
		reduced = slices.Delete(slices.Clone(reduced), start, end)
		end = start
	}
	if dims == nil {
		return o
	}
	return g.reshape(o, dims)
}

// reduceBlock folds the axes from start to end.
func (g *graph) reduceBlock(op compute.OpType, o operand, start, end int) operand {
	d := o.view.dims
	a := reduceAttr{product(d[:start]), product(d[start:end]), product(d[end:])}
	out := slices.Concat(d[:start], d[end:])
	return g.merge(&value{op: op, dtype: o.dtype, dims: out, in: []operand{o}, attr: a}).whole()
}
