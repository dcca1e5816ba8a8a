package fill

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/prior"
)

// GaussianConfig holds the settings of the models "draws" and "graph".
type GaussianConfig struct {
	Config
	HeadDraws float64        `toml:"head_draws" limit:"0..1"` // share of a draw's departure from the point estimate that the predictor reads: 0 for the estimate, 1 for the draw
	Prior     prior.Settings `toml:"prior"`                   // Gaussian distribution of what is missing
}

// DefaultGaussian returns the default settings of the models "draws" and "graph".
func DefaultGaussian() GaussianConfig {
	return GaussianConfig{Config: Default(), Prior: prior.Default()}
}

// The kinds of completion by a Gaussian distribution.
const (
	Draws = "draws"
	Graph = "graph"
)

func init() {
	named := func(name string) func(GaussianConfig, model.Setup) (*Gaussian, error) {
		return func(c GaussianConfig, s model.Setup) (*Gaussian, error) {
			return NewGaussian(name, c, s, name == Graph)
		}
	}
	model.Offer(40, Draws, "missing features are drawn around their regression, each utterance by itself", DefaultGaussian, named(Draws))
	model.Offer(50, Graph, "missing features are drawn from the graph filter's conditional distribution", DefaultGaussian, named(Graph))
}

// Gaussian completes by the conditional Gaussian of package prior. Its point estimate is
// the conditional mean.
type Gaussian struct {
	*Net
	Prior     *prior.Gaussian
	headDraws float64
}

// NewGaussian checks the settings and builds a model of that name. With along, the
// distribution has the covariance along the conversation.
func NewGaussian(name string, c GaussianConfig, s model.Setup, along bool) (*Gaussian, error) {
	n, err := New(name, c.Config, s)
	if err != nil {
		return nil, err
	}
	return &Gaussian{n, prior.New(s.Dims, c.Prior, along), c.HeadDraws}, nil
}

// Fit fits the prior.
func (n *Gaussian) Fit(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	return n.Prior.Fit(ctx, p, seen, truth)
}

// Load reads the prior.
func (n *Gaussian) Load(p *model.Params) error { return n.Prior.Load(p) }

// Condition returns the distribution of what is missing in a conversation.
func (n *Gaussian) Condition(c *model.Conversation) (*prior.Posterior, error) {
	return n.Prior.Condition(c, false)
}

// OwnEstimate is true: the point estimate is the conditional mean.
func (n *Gaussian) OwnEstimate() bool { return true }

// Prepare adds the observed graphs and the conditional means.
func (n *Gaussian) Prepare(feed engine.Feed, b *model.Batch, truth []model.Truth) error {
	if err := n.Net.Prepare(feed, b, truth); err != nil {
		return err
	}
	return n.Prior.Prepare(feed, b, truth)
}

// Draw adds the noise of a draw where something reads it, and dropout in training.
func (n *Gaussian) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.Net.Draw(feed, b, pass)
	if pass.Features || n.headDraws > 0 {
		n.Prior.Draw(feed, b, pass)
	}
}

// Varies reports whether something is missing whose draws are looked at.
func (n *Gaussian) Varies(c *model.Conversation, features bool) bool {
	return c.Lacks() && (features || n.headDraws > 0)
}

// Losses returns the loss of the prediction from the estimate, or from draws.
func (n *Gaussian) Losses(p *model.Params, in engine.Nodes) model.Losses {
	loss := n.out.Loss(n.Predict(p, in, func() *graph.Node { return prior.Noise(in) }), in)
	return model.Losses{Total: loss, Terms: []model.Term{{Name: "pred", Value: loss}}}
}

// Forecast predicts from the estimate, or from a draw, and recovers the draw.
func (n *Gaussian) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	return n.Outputs(p, in, func() *graph.Node { return prior.Noise(in) }, nil)
}

// Predict predicts from completed features. Drawn builds the components of a draw less the
// conditional mean, [M,B,N,d]; it is not called where the predictor reads the estimate
// alone.
func (n *Gaussian) Predict(p *model.Params, in engine.Nodes, drawn func() *graph.Node) model.Outputs {
	z := prior.Mean(in)
	if n.headDraws > 0 {
		z = graph.Add(z, graph.MulScalar(prior.Place(p, drawn()), n.headDraws))
	}
	return n.forecast(p, in, n.Prior.Features(p, in, z, false))
}

// Outputs adds to a prediction the draw that Drawn builds (see Predict) and the point
// estimate: the conditional mean, moved by the components that moved builds unless it is
// nil. The variance is the conditional one, which is at least that around a mean that is
// moved for the better.
func (n *Gaussian) Outputs(p *model.Params, in engine.Nodes, drawn, moved func() *graph.Node) model.Outputs {
	f := n.Predict(p, in, drawn)
	f.Encoded = prior.Mean(in)
	if prior.Drawn(in) {
		f.Encoded = graph.Add(f.Encoded, prior.Place(p, drawn()))
	}
	f.Recover = func() [erc.NumModalities]*graph.Node { return n.Prior.Features(p, in, f.Encoded, true) }
	f.Estimate = func() [erc.NumModalities]*graph.Node {
		z := prior.Mean(in)
		if moved != nil {
			z = graph.Add(z, prior.Place(p, moved()))
		}
		return n.Prior.Features(p, in, z, false)
	}
	if prior.HasVariance(in) {
		f.Variance = func() [erc.NumModalities]*graph.Node { return n.Prior.Variance(p, in) }
	}
	return f
}

// Size implements model.Sized: beside the predictor, features are completed from
// coordinates.
func (n *Gaussian) Size(b, length int) model.Size {
	s := n.Net.Size(b, length)
	rows := b * length
	s.Channels(rows, n.setup.Dims, n.Prior.Width(), 1)
	s.Keep(float64(6 * erc.NumModalities * rows * n.Prior.Width()))
	return s
}
