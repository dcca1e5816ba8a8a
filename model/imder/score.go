package imder

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// sample integrates the reverse-time SDE from noise to features, [M,B,N,d].
func (n *Net) sample(p *model.Params, in engine.Nodes, seen *graph.Node) *graph.Node {
	g, dtype := seen.Graph(), seen.DType()
	problem := diffusion.Problem[*graph.Node]{
		Space: layer.Space{},
		SDEs:  []diffusion.SDE{n.sde},
		Denoise: func(state []*graph.Node, t float64) []*graph.Node {
			_, std := n.sde.Marginal(t)
			time := graph.Reshape(graph.Scalar(g, dtype, t), 1)
			out := n.score(p, in, state[0], seen, time, graph.Scalar(g, dtype, std))
			return []*graph.Node{layer.Space{}.Combine(1, state[0], std, out)} // x + std²·score, score = out/std
		},
		Noise: func(draw, _ int) *graph.Node { return layer.Pick(in.Get(inNoise), draw) },
	}
	times := diffusion.Uniform.Times(n.sde, n.cfg.Steps, diffusion.Euler.End)
	start := []*graph.Node{graph.MulScalar(in.Get(inStart), n.sde.PriorStd())}
	return diffusion.Sample(diffusion.Euler, problem, start, times)[0]
}

// score returns std times the score of noisy features x [M,B,N,d] at times [B] or [1],
// conditioned on the features seen [M,B,N,d]. It is a U-Net of two levels: the coarse one
// has half of the utterances, each the mean of two neighbours without padding.
func (n *Net) score(p *model.Params, in engine.Nodes, x, seen, time, std *graph.Node) *graph.Node {
	p = p.In("score")
	width, valid := n.cfg.Width, layer.Valid4(in)
	embedded := graph.Reshape(layer.TimeEmbedding(p.In("time"), time, width), 1, -1, 1, width)
	scale := graph.Sqrt(graph.OnePlus(graph.Square(std))) // the standard deviation of x, if that of clean features is about 1
	seenAndPresent := graph.Concatenate([]*graph.Node{layer.Beside(seen), layer.Beside(in.Get(model.InPresent))}, -1)
	dims := x.Shape().Dimensions
	condition := graph.Reshape(layer.Dense(p.In("condition"), seenAndPresent, erc.NumModalities*width), dims[1], dims[2], erc.NumModalities, width)
	condition = graph.TransposeAllAxes(condition, 2, 0, 1, 3)

	fine := level(p.In("down0"), graph.Add(layer.DensePerModality(p.In("in"), graph.Div(x, scale), width), condition), embedded, valid, width)
	coarse, coarseValid := halve(fine, valid)
	coarse = level(p.In("down1"), coarse, embedded, coarseValid, width)
	h := graph.Concatenate([]*graph.Node{fine, double(coarse, dims[2])}, -1)
	h = level(p.In("up0"), layer.DensePerModality(p.In("merge"), h, width), embedded, valid, width)
	out := layer.DensePerModality(p.In("out"), layer.Norm(h), width)
	// The network adds to the best linear estimate: the clean sample is
	// x/(1+std²) + (std/√(1+std²))·out, which is bounded at every noise level.
	linear := graph.Mul(graph.Div(x, scale), graph.Div(std, scale))
	return graph.Sub(graph.Div(out, scale), linear)
}

// level is one level of the U-Net, a residual block: it adds the embedded time and applies
// a convolution over three neighbours and a dense layer.
func level(p *model.Params, h, time, valid *graph.Node, width int) *graph.Node {
	u := graph.Mul(graph.Add(layer.Norm(h), time), valid)
	neighbours := graph.Concatenate([]*graph.Node{u, layer.Shift(u, -1), layer.Shift(u, 1)}, -1)
	inner := layer.SiLU(layer.DensePerModality(p.In("conv"), neighbours, width))
	return graph.Mul(graph.Add(h, layer.DensePerModality(p.In("out"), inner, width)), valid)
}

// halve averages pairs of utterances without padding, [M,B,N,d] → [M,B,⌈N/2⌉,d], and
// returns the validity of the pairs.
func halve(h, valid *graph.Node) (coarse, coarseValid *graph.Node) {
	pairs := func(x *graph.Node) *graph.Node {
		dims := x.Shape().Dimensions
		if dims[2]%2 == 1 {
			zero := graph.Zeros(x.Graph(), x.Shape())
			x = graph.Concatenate([]*graph.Node{x, graph.Slice(zero, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, 1), graph.AxisRange())}, 2)
			dims = x.Shape().Dimensions
		}
		return graph.ReduceSum(graph.Reshape(x, dims[0], dims[1], dims[2]/2, 2, dims[3]), 3)
	}
	count := pairs(valid)
	one := graph.ScalarOne(h.Graph(), h.DType())
	return graph.Div(pairs(graph.Mul(h, valid)), graph.Max(count, one)), graph.Min(count, one)
}

// double repeats every utterance twice and cuts the result to length utterances.
func double(h *graph.Node, length int) *graph.Node {
	dims := h.Shape().Dimensions
	wide := graph.BroadcastToDims(graph.InsertAxes(h, 3), dims[0], dims[1], dims[2], 2, dims[3])
	wide = graph.Reshape(wide, dims[0], dims[1], 2*dims[2], dims[3])
	return graph.Slice(wide, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, length), graph.AxisRange())
}
