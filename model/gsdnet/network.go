package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/prior"
)

// timeWidth is the width of the time embedding.
const timeWidth = 64

// context is the part of the network's input that does not depend on the state: the
// observed features of all the modalities of an utterance, the estimates of the missing
// ones, and which are which, [M,B,N,d]. Each modality weighs them for itself.
func (n *Net) context(p *model.Params, in engine.Nodes) *graph.Node {
	known := prior.Take(p, prior.Mean(in))
	dims := known.Shape().Dimensions
	seen := graph.Concatenate([]*graph.Node{layer.Beside(known), layer.Beside(in.Get(model.InPresent))}, -1)
	out := layer.Dense(p.In(network).In("context"), seen, erc.NumModalities*n.cfg.Width)
	return graph.TransposeAllAxes(graph.Reshape(out, dims[1], dims[2], dims[0], n.cfg.Width), 2, 0, 1, 3)
}

// score is the network F: from the state x [M,B,N,q], its context and times t [T] (T = B
// or 1) to the preconditioned prediction [M,B,N,q], which is zero before training. It has
// residual blocks, each a step to the neighbours in the conversation, or along the graphs a
// [M,B,N,N] unless they are nil, and an MLP.
func (n *Net) score(p *model.Params, in engine.Nodes, x, context, t, a *graph.Node) *graph.Node {
	width := n.cfg.Width
	time := layer.TimeEmbedding(p.In("time"), t, timeWidth)
	h := graph.Add(layer.DensePerModality(p.In("in"), x, width), context)
	for i := range n.cfg.Blocks {
		block := p.In("block%d", i)
		scale, shift := film(block, time, width)
		u := graph.Mul(graph.Add(graph.Mul(layer.Norm(h), scale), shift), layer.Valid4(in))
		near := neighbours(u, a)
		inner := layer.SiLU(layer.DensePerModality(block.In("mix"), graph.Concatenate([]*graph.Node{u, near}, -1), width))
		h = graph.Add(h, layer.DensePerModality(block.In("out"), inner, width))
	}
	dims := x.Shape().Dimensions
	return layer.ZeroPerModality(p.In("out"), layer.Norm(h), dims[len(dims)-1])
}

// neighbours adds up the rows of u [M,B,N,d] before and after each, or steps along graphs.
func neighbours(u, a *graph.Node) *graph.Node {
	if a != nil {
		return layer.Propagate(a, u)
	}
	return graph.Add(layer.Shift(u, -1), layer.Shift(u, 1))
}

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
