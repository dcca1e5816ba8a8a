package layer

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// SiLU is x·logistic(x) (Elfwing et al., Neural Networks 107, 2018).
func SiLU(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Logistic(x)) }

// ReLU is max(x, 0).
func ReLU(x *graph.Node) *graph.Node { return graph.Max(x, graph.ScalarZero(x.Graph(), x.DType())) }

// LayerNorm brings the last axis to zero mean and unit variance, without affine
// weights: the SDEs need unit scale (Ba et al., arXiv 1607.06450).
func LayerNorm(x *graph.Node) *graph.Node {
	centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	return graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, 1e-5)))
}

// Dense is x·W + b on the last axis: [..., in] → [..., out].
func Dense(p *model.Params, x *graph.Node, out int) *graph.Node {
	g, dims := x.Graph(), x.Shape().Dimensions
	in := dims[len(dims)-1]
	w, b := p.Weight(g, "w", in, out), p.Zeros(g, "b", out)
	flat := graph.Add(graph.MatMul(graph.Reshape(x, -1, in), w), graph.Reshape(b, 1, out))
	return graph.Reshape(flat, append(append([]int(nil), dims[:len(dims)-1]...), out)...)
}

// DensePerModality is Dense with weights of its own for each modality:
// [M, ..., in] → [M, ..., out], one batched multiplication.
func DensePerModality(p *model.Params, x *graph.Node, out int) *graph.Node {
	return graph.Add(Mix(p, x, out), Bias(p, x, out))
}

// Mix is the multiplication of DensePerModality without its bias.
func Mix(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := x.Shape().Dimensions
	in := dims[len(dims)-1]
	return perModality(x, p.Weight(x.Graph(), "w", erc.NumModalities, in, out))
}

// ZeroPerModality is DensePerModality with weights that start at zero: the last
// layer of what a residual adds.
func ZeroPerModality(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := x.Shape().Dimensions
	w := p.Zeros(x.Graph(), "w", erc.NumModalities, dims[len(dims)-1], out)
	return graph.Add(perModality(x, w), Bias(p, x, out))
}

// perModality multiplies [M, ..., in] by [M, in, out].
func perModality(x, w *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	in, out := dims[len(dims)-1], w.Shape().Dimensions[2]
	flat := graph.Reshape(x, erc.NumModalities, -1, in)
	y := graph.Dot(flat, w).General([]int{2}, []int{0}, []int{1}, []int{0})
	return graph.Reshape(y, append(append([]int(nil), dims[:len(dims)-1]...), out)...)
}

// Bias is the bias of DensePerModality, shaped to be added to an array of the
// rank of x.
func Bias(p *model.Params, x *graph.Node, out int) *graph.Node {
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0], dims[len(dims)-1] = erc.NumModalities, out
	return graph.Reshape(p.Zeros(x.Graph(), "b", erc.NumModalities, out), dims...)
}

// Propagate is A·H over the utterances of each conversation:
// [M,B,N,N]·[M,B,N,d] → [M,B,N,d].
func Propagate(a, h *graph.Node) *graph.Node {
	return graph.Dot(a, h).General([]int{3}, []int{0, 1}, []int{2}, []int{0, 1})
}

// PositionalEncoding is Eq. 13: [1,1,N,d], sines at the even channels and
// cosines at the odd ones.
func PositionalEncoding(g *graph.Graph, n, d int) *graph.Node {
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

// MaskedMean is Σ mask·x / Σ mask, and 0 where the mask is empty. The mask
// broadcasts to x, and counts every element of x that it covers.
func MaskedMean(x, mask *graph.Node) *graph.Node {
	mask = graph.BroadcastToShape(mask, x.Shape())
	count := graph.ReduceAllSum(mask)
	return graph.Div(graph.ReduceAllSum(graph.Mul(x, mask)), graph.MaxScalar(count, 1.0))
}
