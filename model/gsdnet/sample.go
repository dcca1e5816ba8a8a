package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/prior"
)

// solver solves the reverse equation of a batch with the network.
type solver struct {
	net     *Net
	p       *model.Params
	in      engine.Nodes
	about   *graph.Node   // the context, once it is built
	drawn   *graph.Node   // the draw, once it is built
	visited []model.State // where the sampler has been
}

// context builds the context of the network once.
func (s *solver) context() *graph.Node {
	if s.about == nil {
		s.about = s.net.context(s.p, s.in)
	}
	return s.about
}

// at evaluates the network on a state at a time, along graphs a unless they are nil.
func (s *solver) at(x *graph.Node, t float64, a *graph.Node) *graph.Node {
	out := s.net.score(s.p.In(network), s.in, x, s.context(), instant(x, t), a)
	return graph.Mul(out, layer.Missing(s.in))
}

// instant is a time as the network reads it, [1].
func instant(x *graph.Node, t float64) *graph.Node {
	return graph.Reshape(graph.Scalar(x.Graph(), x.DType(), t), 1)
}

// draw solves the reverse equation from the noise of the feed to the components of a draw
// less the conditional mean, [M,B,N,q].
func (s *solver) draw() *graph.Node {
	if s.drawn != nil {
		return s.drawn
	}
	n, edges := s.net, s.net.edges(s.p, s.in)
	starts := []*graph.Node{graph.MulScalar(prior.Noise(s.in), sde.PriorStd())}
	sdes := []diffusion.SDE{sde}
	if edges != nil {
		starts = append(starts, graph.MulScalar(s.in.Get(inEdgeNoise), sde.PriorStd()))
		sdes = append(sdes, sde)
	}
	s.visit(n.times[0], starts[0])
	problem := diffusion.Problem[*graph.Node]{
		Space:   layer.Space{},
		SDEs:    sdes,
		Denoise: func(state []*graph.Node, t float64) []*graph.Node { return s.denoise(edges, state, t) },
		Noise:   func(draw, _ int) *graph.Node { return layer.Pick(s.in.Get(inMore), draw) }, // of features alone, see checkNoise
		Watch:   func(_ int, t float64, state []*graph.Node) { s.visit(t, state[0]) },
	}
	s.drawn = diffusion.Sample(n.sampler, problem, starts, n.times)[0]
	return s.drawn
}

// denoise returns the clean samples of the features and, for the ablation, of the edges.
func (s *solver) denoise(edges *edges, state []*graph.Node, t float64) []*graph.Node {
	alpha, std := sde.Marginal(t)
	a, b := diffusion.Convert(diffusion.Preconditioned, diffusion.X0, alpha, std)
	clean := func(out, x *graph.Node) *graph.Node { return layer.Space{}.Combine(a, out, b, x) }
	if edges == nil {
		return []*graph.Node{clean(s.at(state[0], t, nil), state[0])}
	}
	features := clean(s.at(state[0], t, edges.adjacency(state[1])), state[0])
	return []*graph.Node{features, clean(edges.score(state[1], instant(state[1], t)), state[1])}
}

// estimate builds what the network moves the point estimate by: E[x₀], its prediction for
// the state 0 at time 1.
func (s *solver) estimate() *graph.Node {
	var a *graph.Node
	if edges := s.net.edges(s.p, s.in); edges != nil {
		a = edges.observed
	}
	return s.at(graph.ZerosLike(prior.Mean(s.in)), 1, a)
}

func (s *solver) visit(t float64, x *graph.Node) {
	s.visited = append(s.visited, model.State{Time: t, Encoded: graph.Add(prior.Mean(s.in), prior.Place(s.p, x))})
}

// trajectory is where the sampler has been, and the truth.
func (s *solver) trajectory() model.Trajectory {
	s.draw()
	truth := graph.Add(prior.Mean(s.in), prior.Place(s.p, prior.Truth(s.in)))
	return model.Trajectory{States: s.visited, Truth: model.State{Encoded: truth}}
}
