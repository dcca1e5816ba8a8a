package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// Embed returns Eq. 12, Conv1D(X_m), of the three modalities, [B,N,D_m] → [M,B,N,d]. Padding
// must be zero and stays zero.
func Embed(p *model.Params, x [erc.NumModalities]*graph.Node, valid *graph.Node, width, kernel int) *graph.Node {
	var encoded []*graph.Node
	for _, m := range erc.Modalities {
		encoded = append(encoded, conv1D(p.In("%s", m), x[m], width, kernel))
	}
	return graph.Mul(graph.Stack(encoded, 0), everyModality(valid))
}

// Normalise returns Eqs. 13-14, X'_m = LayerNorm(embedded) + PE, [M,B,N,d], which has the
// unit scale that the SDEs need.
func Normalise(embedded, valid *graph.Node) *graph.Node {
	dims := embedded.Shape().Dimensions
	pe := positionalEncoding(valid.Graph(), dims[2], dims[3])
	return graph.Mul(graph.Add(Norm(embedded), pe), everyModality(valid))
}

// conv1D convolves along the utterances and keeps their number, [B,N,in] → [B,N,out]. Rows
// of padding must be zero: then the end of a conversation does not depend on padding.
// Every tap of the kernel is one multiplication, whose result is shifted and added.
func conv1D(p *model.Params, x *graph.Node, out, kernel int) *graph.Node {
	g, dims := x.Graph(), x.Shape().Dimensions
	b, n, in := dims[0], dims[1], dims[2]
	w := p.Weight(g, "w", kernel*in, out) // fan-in counts the taps
	var sum *graph.Node
	flat := graph.Reshape(x, b*n, in)
	for tap := range kernel {
		rows := graph.Slice(w, graph.AxisRange(tap*in, (tap+1)*in), graph.AxisRange())
		y := graph.Reshape(graph.MatMul(flat, rows), b, n, out)
		if y = shift(y, tap-kernel/2); sum == nil {
			sum = y
		} else {
			sum = graph.Add(sum, y)
		}
	}
	return graph.Add(sum, graph.Reshape(p.Zeros(g, "b", out), 1, 1, out))
}

// shift is Shift for an array [B,N,d].
func shift(y *graph.Node, offset int) *graph.Node {
	return graph.Squeeze(Shift(graph.InsertAxes(y, 0), offset), 0)
}

// Shift returns the array [M,B,N,d] whose utterance i is utterance i+offset of y, and zero
// if there is none.
func Shift(y *graph.Node, offset int) *graph.Node {
	if offset == 0 {
		return y
	}
	dims := append([]int(nil), y.Shape().Dimensions...)
	n := dims[2]
	dims[2] = min(max(offset, -offset), n)
	zeros := graph.BroadcastToDims(graph.ScalarZero(y.Graph(), y.DType()), dims...)
	if dims[2] == n {
		return zeros
	}
	from, to := max(offset, 0), n+min(offset, 0)
	kept := graph.Slice(y, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(from, to), graph.AxisRange())
	if offset > 0 {
		return graph.Concatenate([]*graph.Node{kept, zeros}, 2)
	}
	return graph.Concatenate([]*graph.Node{zeros, kept}, 2)
}
