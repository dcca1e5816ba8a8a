package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/model"
)

// Names of the inputs that Draw adds to those of the prior.
const (
	inTime  = "time"       // [B] noise level of the score matching; training
	inLevel = "level"      // [B,3] its α and s, and 1 where the state is 0; training
	inMore  = "prior_more" // [S,M,B,N,d] the noise of a stochastic sampler
)

const (
	leastTime  = 1e-3 // where score matching stops: below it the noise is smaller than rounding
	blankShare = 0.25 // of the conversations in which the network learns the point estimate
)

// Draw adds the noise of a draw and, in training, the noise levels.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.Gaussian.Draw(feed, b, pass)
	if pass.Train && n.cfg.Blocks > 0 {
		if n.cfg.HeadDraws == 0 {
			n.Prior.Draw(feed, b, pass)
		}
		n.levels(feed, model.Noise{Batch: b, Pass: pass})
	}
	if n.cfg.Graph == GraphAdjacency && (pass.Train || n.draws(pass)) {
		feed[inEdgeNoise] = edgeNoise(model.Noise{Batch: b, Pass: pass})
	}
	if draws := n.sampler.Draws(n.cfg.Sampler.Steps); n.draws(pass) && draws > 0 {
		feed[inMore] = n.Prior.More(b, pass, draws)
	}
}

// draws reports whether a pass outside training solves the reverse equation.
func (n *Net) draws(pass model.Pass) bool {
	return n.network && !pass.Train && (pass.Features || n.cfg.HeadDraws > 0)
}

// Prepare adds the conditional means and, for the ablation, the complete graphs.
func (n *Net) Prepare(feed engine.Feed, b *model.Batch, truth []model.Truth) error {
	if n.cfg.Graph == GraphAdjacency && truth != nil {
		n.feedEdges(feed, b, truth)
	}
	return n.Gaussian.Prepare(feed, b, truth)
}

// levels draws the noise level of each conversation.
func (n *Net) levels(feed engine.Feed, z model.Noise) {
	size := z.Batch.Size()
	times, levels := make([]float32, size), make([]float32, 3*size)
	for i := range times {
		rng := z.Stream(inTime, i)
		time, blank := leastTime+(1-leastTime)*rng.Float64(), rng.Float64() < blankShare
		if blank {
			time, levels[3*i+2] = 1, 1
		}
		alpha, std := sde.Marginal(time)
		times[i], levels[3*i], levels[3*i+1] = float32(time), float32(alpha), float32(std)
	}
	feed[inTime] = tensors.FromFlatDataAndDimensions(times, size)
	feed[inLevel] = tensors.FromFlatDataAndDimensions(levels, size, 3)
}

// level returns α, s and where the state is 0, [1,B,1,1] each.
func (n *Net) level(in engine.Nodes) (alpha, std, blank *graph.Node) {
	column := func(i int) *graph.Node {
		return graph.Reshape(graph.Slice(in.Get(inLevel), graph.AxisRange(), graph.AxisElem(i)), 1, -1, 1, 1)
	}
	return column(0), column(1), column(2)
}
