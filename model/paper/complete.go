package paper

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// completer fills the holes of a batch. Component 0 of its state is X [M,B,N,d],
// component 1, if there is a side, its residual r.
type completer struct {
	net      *Net
	p        *model.Params
	in       engine.Nodes
	embedded *graph.Node // [M,B,N,d] the features as embedded, the holes at zero
	observed *graph.Node // [M,B,N,d] X'_o, 0 where absent
	side     side        // nil for GraphNone
	clean    *graph.Node // [M,B,N,d] the context of a clean condition, once it is known
	path     []at        // where the sampler has been, from the prior's draw on
}

// at is the sampler's state at a time, one node a component.
type at struct {
	time  float64
	state []*graph.Node
}

// output is the networks' say on one noisy state.
type output struct {
	x, g *graph.Node // raw outputs
}

// level is the noise level of a component: α and s, scalars or [1,B,1,…].
type level struct{ alpha, std *graph.Node }

// root is √(α² + s²).
func (l level) root() *graph.Node {
	return graph.Sqrt(graph.Add(graph.Square(l.alpha), graph.Square(l.std)))
}

// scaled brings noisy data of unit variance back to unit variance, as a preconditioned
// network reads them.
func (n *Net) scaled(x *graph.Node, l level) *graph.Node {
	if n.prediction != diffusion.Preconditioned {
		return x
	}
	return graph.Div(x, l.root())
}

// networks runs s_θ and s_φ on a noisy state at times t ([B] or [1]); x and r
// are noised features and residual, cond the features to condition on.
func (c *completer) networks(x, r *graph.Node, levelX, levelG level, t, cond *graph.Node, side side) output {
	context := c.context(cond)
	out := output{}
	a := c.graph(side, r)
	if side != nil {
		out.g = side.score(c.p.In("score_g"), c.net.scaled(r, levelG), t)
	}
	out.x = c.net.scoreX(c.p.In("score_x"), c.net.scaled(x, levelX), context, a, t)
	return out
}

// context weighs the condition for each modality; a clean one, which is the same
// at every noise level, once.
func (c *completer) context(cond *graph.Node) *graph.Node {
	if c.clean != nil {
		return c.clean
	}
	context := c.net.context(c.p.In("score_x"), cond, c.in.Get(model.InPresent))
	if c.net.cfg.Condition == ConditionClean {
		c.clean = context
	}
	return context
}

// condition returns what the networks are shown of the observations at a noise
// level: all of it, or noised at the same level by draw e of the feed's noise.
func (c *completer) condition(levelX, levelG level, e int) (*graph.Node, side) {
	if c.net.cfg.Condition == ConditionClean {
		return c.observed, c.side
	}
	noise := graph.Mul(layer.Pick(c.in.Get(inCondX), e), levelX.std)
	cond := graph.Mul(graph.Add(graph.Mul(c.observed, levelX.alpha), noise), c.in.Get(model.InPresent))
	cond = c.net.scaled(cond, levelX)
	if _, spectral := c.side.(spectra); spectral {
		return cond, c.side.noisy(levelG.alpha, levelG.std, layer.Pick(c.in.Get(inCondG), e))
	}
	return cond, c.side
}

// sample runs the reverse-time SDEs of Eq. 15 from noise to features and
// residual, then refines both: X̂ [M,B,N,d] and r̂ (nil for GraphNone).
func (c *completer) sample() (x, r *graph.Node) {
	n := c.net
	g := c.observed.Graph()
	starts := []*graph.Node{graph.MulScalar(c.in.Get(inStartX), n.sdeX.PriorStd())}
	sdes := []diffusion.SDE{n.sdeX}
	if c.side != nil {
		starts = append(starts, graph.MulScalar(c.in.Get(inStartG), n.sdeG.PriorStd()))
		sdes = append(sdes, n.sdeG)
	}
	evaluation := 0
	problem := diffusion.Problem[*graph.Node]{
		Space: layer.Space{},
		SDEs:  sdes,
		Denoise: func(state []*graph.Node, t float64) []*graph.Node {
			clean := c.denoise(g, state, t, evaluation)
			evaluation++
			return clean
		},
		Noise: func(draw, component int) *graph.Node {
			return layer.Pick(c.in.Get([]string{inNoiseX, inNoiseG}[component]), draw)
		},
		Watch: func(_ int, t float64, state []*graph.Node) { c.path = append(c.path, at{t, state}) },
	}
	c.path = []at{{n.times[0], starts}}
	state := diffusion.Sample(n.sampler, problem, starts, n.times)
	if !n.cfg.Sampler.Through {
		for i := range state {
			state[i] = graph.StopGradient(state[i])
		}
	}
	x = refine(c.p.In("refine_x"), state[0], n.cfg.Width)
	if c.side != nil {
		r = c.side.refine(c.p.In("refine_g"), state[1])
	}
	return x, r
}

// denoise turns the networks' output at a fixed time into clean samples.
func (c *completer) denoise(g *graph.Graph, state []*graph.Node, t float64, evaluation int) []*graph.Node {
	n := c.net
	scalar := func(v float64) *graph.Node { return graph.Scalar(g, state[0].DType(), v) }
	alphaX, stdX := n.sdeX.Marginal(t)
	alphaG, stdG := n.sdeG.Marginal(t)
	levelX, levelG := level{scalar(alphaX), scalar(stdX)}, level{scalar(alphaG), scalar(stdG)}
	cond, side := c.condition(levelX, levelG, evaluation)
	var r *graph.Node
	if c.side != nil {
		r = state[1]
	}
	out := c.networks(state[0], r, levelX, levelG, graph.Reshape(scalar(t), 1), cond, side)
	clean := []*graph.Node{n.clean(out.x, state[0], alphaX, stdX)}
	if c.side != nil {
		clean = append(clean, n.clean(out.g, r, alphaG, stdG))
	}
	return clean
}

// clean turns a raw network output into the clean sample it stands for. Where it
// predicts a score, the output is s times the score.
func (n *Net) clean(out, x *graph.Node, alpha, std float64) *graph.Node {
	if n.prediction == diffusion.X0 {
		return out
	}
	a, b := diffusion.Convert(n.prediction, diffusion.X0, alpha, std)
	if n.prediction == diffusion.Score {
		a /= std
	}
	return layer.Space{}.Combine(a, out, b, x)
}

// matching is Eq. 11 with weight s²: the mean over weighted elements of the
// squared error of the raw output, whose target is x0, ε, −ε or, preconditioned,
// (s·x0 − α·ε)/√(α²+s²).
func (n *Net) matching(out, x0, eps *graph.Node, l level, weight *graph.Node) *graph.Node {
	want := eps
	switch n.prediction {
	case diffusion.X0:
		want = x0
	case diffusion.Score:
		want = graph.Neg(eps)
	case diffusion.Preconditioned:
		want = graph.Div(graph.Sub(graph.Mul(x0, l.std), graph.Mul(eps, l.alpha)), l.root())
	}
	return layer.MaskedMean(graph.Square(graph.Sub(out, want)), weight)
}
