package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/model"
)

// Recurrent is a bidirectional quasi-recurrent layer along the utterances,
// [B,N,in] → [B,N,2·out] (Bradbury et al., QRNN, ICLR 2017, fo-pooling):
//
//	c_t = f_t·c_{t−1} + (1−f_t)·z_t,   h_t = o_t·c_t,
//
// with z, f and o of the input alone. It stands where the baselines have a biLSTM:
// the state is linear in its past, so that N steps are log₂N parallel ones
// instead of N small products one after another. Nothing crosses the end of a
// conversation.
func Recurrent(p *model.Params, x, valid *graph.Node, out int) *graph.Node {
	mask := graph.InsertAxes(valid, -1)
	return graph.Concatenate([]*graph.Node{
		pooled(p.In("forward"), x, mask, out, -1),
		pooled(p.In("backward"), x, mask, out, +1),
	}, -1)
}

// pooled runs one direction: towards is −1 where the past is the utterance before.
func pooled(p *model.Params, x, mask *graph.Node, out, towards int) *graph.Node {
	z := graph.Tanh(Dense(p.In("z"), x, out))
	f := graph.Logistic(Dense(p.In("f"), x, out))
	o := graph.Logistic(Dense(p.In("o"), x, out))
	c := Scan(f, graph.Mul(graph.Mul(graph.OneMinus(f), z), mask), towards)
	return graph.Mul(graph.Mul(o, c), mask)
}

// Scan solves c_t = a_t·c_{t∓1} + b_t along axis 1 of [B,N,d] by doubling
// (Hillis and Steele, CACM 1986); towards is −1 to come from the left.
func Scan(a, b *graph.Node, towards int) *graph.Node {
	n := a.Shape().Dimensions[1]
	for step := 1; step < n; step *= 2 {
		b = graph.Add(b, graph.Mul(a, shift(b, towards*step)))
		a = graph.Mul(a, shift(a, towards*step))
	}
	return b
}
