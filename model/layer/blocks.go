package layer

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// SiLU returns x·logistic(x) (Elfwing et al., Neural Networks 107, 2018).
func SiLU(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Logistic(x)) }

// ReLU returns max(x, 0).
func ReLU(x *graph.Node) *graph.Node { return graph.Max(x, graph.ScalarZero(x.Graph(), x.DType())) }

// Norm shifts and scales the last axis to mean 0 and variance 1 (Ba et al., arXiv
// 1607.06450). It has no weights, because the SDEs need unit scale.
func Norm(x *graph.Node) *graph.Node {
	centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	return graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, 1e-5)))
}

// Dense returns x·W + b on the last axis, [..., in] → [..., out].
func Dense(p *model.Params, x *graph.Node, out int) *graph.Node {
	g, dims := x.Graph(), x.Shape().Dimensions
	in := dims[len(dims)-1]
	w, b := p.Weight(g, "w", in, out), p.Zeros(g, "b", out)
	flat := graph.Add(graph.MatMul(graph.Reshape(x, -1, in), w), graph.Reshape(b, 1, out))
	return graph.Reshape(flat, append(append([]int(nil), dims[:len(dims)-1]...), out)...)
}

// DensePerModality is Dense with separate weights for each modality, in one batched
// multiplication, [M, ..., in] → [M, ..., out].
func DensePerModality(p *model.Params, x *graph.Node, out int) *graph.Node {
	return graph.Add(Mix(p, x, out), bias(p, x, out))
}

// Mix is DensePerModality without the bias.
func Mix(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := x.Shape().Dimensions
	in := dims[len(dims)-1]
	return perModality(x, p.Weight(x.Graph(), "w", erc.NumModalities, in, out))
}

// ZeroPerModality is DensePerModality with weights that start at zero, for the last layer
// of a residual block.
func ZeroPerModality(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := x.Shape().Dimensions
	w := p.Zeros(x.Graph(), "w", erc.NumModalities, dims[len(dims)-1], out)
	return graph.Add(perModality(x, w), bias(p, x, out))
}

// perModality returns the product of x [M, ..., in] and w [M, in, out], [M, ..., out].
func perModality(x, w *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	in, out := dims[len(dims)-1], w.Shape().Dimensions[2]
	flat := graph.Reshape(x, erc.NumModalities, -1, in)
	y := graph.Dot(flat, w).General([]int{2}, []int{0}, []int{1}, []int{0})
	return graph.Reshape(y, append(append([]int(nil), dims[:len(dims)-1]...), out)...)
}

// bias returns the bias of DensePerModality, [M, 1, ..., 1, out], of the rank of x.
func bias(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0], dims[len(dims)-1] = erc.NumModalities, out
	return graph.Reshape(p.Zeros(x.Graph(), "b", erc.NumModalities, out), dims...)
}

// Propagate returns A·H for each conversation and modality,
// [M,B,N,N]·[M,B,N,d] → [M,B,N,d].
func Propagate(a, h *graph.Node) *graph.Node {
	return graph.Dot(a, h).General([]int{3}, []int{0, 1}, []int{2}, []int{0, 1})
}

// positionalEncoding returns Eq. 13, [1,1,N,d]: sines in even channels, cosines in odd
// ones.
func positionalEncoding(g *graph.Graph, n, d int) *graph.Node {
	pe := make([][]float32, n)
	for pos := range pe {
		pe[pos] = make([]float32, d)
		for i := range d {
			angle := float64(pos) / math.Pow(10000, float64(i-i%2)/float64(d))
			if i%2 == 0 {
				pe[pos][i] = float32(math.Sin(angle))
			} else {
				pe[pos][i] = float32(math.Cos(angle))
			}
		}
	}
	return graph.Reshape(graph.Const(g, pe), 1, 1, n, d)
}

// MaskedMean returns the scalar Σ mask·x / Σ mask, or 0 if the mask is zero everywhere. The
// mask is broadcast to the shape of x, and both sums are over that shape.
func MaskedMean(x, mask *graph.Node) *graph.Node {
	mask = graph.BroadcastToShape(mask, x.Shape())
	count := graph.ReduceAllSum(mask)
	return graph.Div(graph.ReduceAllSum(graph.Mul(x, mask)), graph.MaxScalar(count, 1.0))
}
