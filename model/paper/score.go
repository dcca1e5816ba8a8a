package paper

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

const (
	timeWidth     = 64 // width of the time embedding
	spectralWidth = 64 // width of the eigenvalues' score network
)

// film returns a scale and a shift [M,T,1,width] for the features of a layer
// (FiLM, Perez et al., AAAI 2018).
func film(p *model.Params, time *graph.Node, width int) (scale, shift *graph.Node) {
	both := layer.Dense(p.In("film"), time, erc.NumModalities*2*width)
	both = graph.Reshape(both, -1, erc.NumModalities, 2, width)
	both = graph.TransposeAllAxes(both, 1, 2, 0, 3) // [M,2,T,width]
	half := func(i int) *graph.Node {
		part := graph.Slice(both, graph.AxisRange(), graph.AxisElem(i), graph.AxisRange(), graph.AxisRange())
		return graph.Reshape(part, erc.NumModalities, -1, 1, width)
	}
	return graph.OnePlus(half(0)), half(1)
}

// context is the part of s_θ's input that does not depend on X_m(t): the
// observed features of all the modalities of an utterance and which they are,
// [M,B,N,d] → [M,B,N,d]. Each modality weighs them for itself.
func (n *Net) context(p *model.Params, observed, present *graph.Node) *graph.Node {
	dims := observed.Shape().Dimensions
	seen := graph.Concatenate([]*graph.Node{layer.Beside(observed), layer.Beside(present)}, -1)
	out := layer.Dense(p.In("context"), seen, erc.NumModalities*n.cfg.Width)
	return graph.TransposeAllAxes(graph.Reshape(out, dims[1], dims[2], dims[0], n.cfg.Width), 2, 0, 1, 3)
}

// scoreX is s_θ: from X_m(t) [M,B,N,d], its context, the graphs a = Â_m(t)
// [M,B,N,N] and times t [T] (T = B or 1) to the raw output [M,B,N,d], which the
// configured prediction makes a clean sample of. Residual blocks, each a graph
// step on the modality's own graph and an MLP: the spectrum steers the features.
func (n *Net) scoreX(p *model.Params, x, context, a, t *graph.Node) *graph.Node {
	width := n.cfg.Width
	time := layer.TimeEmbedding(p.In("time"), t, timeWidth)
	h := graph.Add(layer.DensePerModality(p.In("in"), x, width), context)
	for i := range n.cfg.Blocks {
		block := p.In("block%d", i)
		scale, shift := film(block, time, width)
		u := graph.Add(graph.Mul(layer.Norm(h), scale), shift)
		both := graph.Concatenate([]*graph.Node{u, layer.Propagate(a, u)}, -1)
		inner := layer.SiLU(layer.DensePerModality(block.In("mix"), both, width))
		h = graph.Add(h, layer.DensePerModality(block.In("out"), inner, width))
	}
	return layer.DensePerModality(p.In("out"), layer.Norm(h), width)
}

// scoreLambda is s_φ: from the residual r_m(t) [M,B,K] of each retained
// eigenvalue, with the observed spectra of all the modalities and the
// reference's beside it, to the raw output [M,B,K]. One small network shared by
// the eigenvalues, which see each other through their mean.
func (n *Net) scoreLambda(p *model.Params, r *graph.Node, s spectra, t *graph.Node) *graph.Node {
	dims := r.Shape().Dimensions
	column := func(x *graph.Node) *graph.Node {
		return graph.BroadcastToDims(graph.InsertAxes(x, -1), dims[0], dims[1], dims[2], 1)
	}
	inputs := []*graph.Node{column(r), column(graph.InsertAxes(s.ref, 0))}
	for _, m := range erc.Modalities {
		inputs = append(inputs, column(graph.InsertAxes(layer.Pick(s.observed, m), 0)))
	}
	scale, shift := film(p, layer.TimeEmbedding(p.In("time"), t, timeWidth), spectralWidth)
	h := layer.DensePerModality(p.In("in"), graph.Concatenate(inputs, -1), spectralWidth)
	h = layer.SiLU(graph.Add(graph.Mul(h, scale), shift))
	mask := graph.Reshape(s.valid, 1, dims[1], dims[2], 1)
	count := graph.MaxScalar(graph.ReduceAndKeep(mask, graph.ReduceSum, 2), 1.0)
	pooled := graph.Div(graph.ReduceAndKeep(graph.Mul(h, mask), graph.ReduceSum, 2), count)
	both := graph.Concatenate([]*graph.Node{h, graph.BroadcastToShape(pooled, h.Shape())}, -1)
	h = layer.SiLU(layer.DensePerModality(p.In("mix"), both, spectralWidth))
	return graph.Squeeze(layer.DensePerModality(p.In("out"), h, 1), -1)
}
