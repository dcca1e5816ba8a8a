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
// where z, f and o depend on the input only. It replaces the biLSTM of the compared models:
// because c_t is linear in c_{t−1}, N steps take log₂N parallel operations instead of N
// small products in sequence. The padding after a conversation has no effect on it.
func Recurrent(p *model.Params, x, valid *graph.Node, out int) *graph.Node {
	mask := graph.InsertAxes(valid, -1)
	return graph.Concatenate([]*graph.Node{
		pooled(p.In("forward"), x, mask, out, -1),
		pooled(p.In("backward"), x, mask, out, +1),
	}, -1)
}

// pooled is one direction of Recurrent: towards is −1 if the past is the utterance before,
// +1 if it is the utterance after.
func pooled(p *model.Params, x, mask *graph.Node, out, towards int) *graph.Node {
	z := graph.Tanh(Dense(p.In("z"), x, out))
	f := graph.Logistic(Dense(p.In("f"), x, out))
	o := graph.Logistic(Dense(p.In("o"), x, out))
	c := Scan(f, graph.Mul(graph.Mul(graph.OneMinus(f), z), mask), towards)
	return graph.Mul(graph.Mul(o, c), mask)
}

// Scan returns the solution of c_t = a_t·c_{t+towards} + b_t along axis 1 of [B,N,d], where
// towards is −1 or +1, by doubling (Hillis and Steele, CACM 1986).
func Scan(a, b *graph.Node, towards int) *graph.Node {
	n := a.Shape().Dimensions[1]
	for step := 1; step < n; step *= 2 {
		b = graph.Add(b, graph.Mul(a, shift(b, towards*step)))
		a = graph.Mul(a, shift(a, towards*step))
	}
	return b
}
