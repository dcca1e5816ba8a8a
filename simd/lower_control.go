package simd

import (
	"github.com/gomlx/compute"
)

// hasOwn reports whether an operation that was recorded as foreign, to have
// its shapes inferred, has a step of its own.
func hasOwn(n *node) bool {
	switch n.op {
	case compute.OpTypeRNGBitGenerator:
		return !n.foreign.shapes[1].DType.IsPacked()
	case compute.OpTypeWhile, compute.OpTypeIf, compute.OpTypeCall:
		return true
	}
	return false
}

// lowerCall puts the operations of the called function in the place of the
// call.
func (g *graph) lowerCall(n *node, in []operand) {
	f := n.closures[0]
	of, uses := g.of, g.uses
	g.of = map[*node]operand{}
	for i, p := range f.parameters {
		g.of[p] = in[i]
	}
	g.countUses(f)
	for _, m := range f.nodes {
		if _, done := g.of[m]; !done && g.uses[m] > 0 {
			g.lowerNode(m)
		}
	}
	outputs := make([]operand, len(f.outputs))
	for i, o := range f.outputs {
		outputs[i] = g.of[o]
	}
	g.of, g.uses = of, uses
	if n.results == nil {
		g.of[n] = outputs[0]
		return
	}
	for i, r := range n.results {
		g.of[r] = outputs[i]
	}
}

// lowerControl adds a loop or a choice: functions that are programs of their
// own.
func (g *graph) lowerControl(n *node, in []operand) {
	for i := range in {
		in[i] = g.materialise(in[i])
	}
	g.addResults(n, in, n.foreign.shapes)
}

// programs plans the functions that a node calls, as they are when it is
// lowered: their parameters are their own and all that they capture.
func (g *graph) programs(n *node) ([]*program, error) {
	out := make([]*program, len(n.closures))
	for i, c := range n.closures {
		p, err := plan(lower(g.backend, c, captured(n.closures)))
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}
