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

// at evaluates the network on a state at a time.
func (s *solver) at(x *graph.Node, t float64) *graph.Node {
	time := graph.Reshape(graph.Scalar(x.Graph(), x.DType(), t), 1)
	out := s.net.score(s.p.In(network), s.in, x, s.context(), time)
	return graph.Mul(out, layer.Missing(s.in))
}

// draw solves the reverse equation from the noise of the feed to the components of a draw
// less the conditional mean, [M,B,N,q].
func (s *solver) draw() *graph.Node {
	if s.drawn != nil {
		return s.drawn
	}
	n := s.net
	start := graph.MulScalar(prior.Noise(s.in), sde.PriorStd())
	s.visit(n.times[0], start)
	problem := diffusion.Problem[*graph.Node]{
		Space: layer.Space{},
		SDEs:  []diffusion.SDE{sde},
		Denoise: func(state []*graph.Node, t float64) []*graph.Node {
			alpha, std := sde.Marginal(t)
			a, b := diffusion.Convert(diffusion.Preconditioned, diffusion.X0, alpha, std)
			return []*graph.Node{layer.Space{}.Combine(a, s.at(state[0], t), b, state[0])}
		},
		Noise: func(draw, _ int) *graph.Node { return layer.Pick(s.in.Get(inMore), draw) },
		Watch: func(_ int, t float64, state []*graph.Node) { s.visit(t, state[0]) },
	}
	s.drawn = diffusion.Sample(n.sampler, problem, []*graph.Node{start}, n.times)[0]
	return s.drawn
}

// estimate builds what the network moves the point estimate by: E[x₀], its prediction for
// the state 0 at time 1.
func (s *solver) estimate() *graph.Node { return s.at(graph.ZerosLike(prior.Mean(s.in)), 1) }

func (s *solver) visit(t float64, x *graph.Node) {
	s.visited = append(s.visited, model.State{Time: t, Encoded: graph.Add(prior.Mean(s.in), prior.Place(s.p, x))})
}

// trajectory is where the sampler has been, and the truth.
func (s *solver) trajectory() model.Trajectory {
	s.draw()
	truth := graph.Add(prior.Mean(s.in), prior.Place(s.p, prior.Truth(s.in)))
	return model.Trajectory{States: s.visited, Truth: model.State{Encoded: truth}}
}
