// Package gsdnet is the Graph Spectral Diffusion Network: it draws missing modalities by
// score-based diffusion in the spectrum of the conversation graph, and predicts from the
// completed conversation. It follows Shou et al. (IJCAI 2025) in what it is for, and
// departs from it where their equations do not carry it; package paper is GSDNet as they
// print it.
//
//   - The state of the diffusion is what a linear model leaves of the features: the
//     residual components of package prior, a fixed linear encoder in the place of Eq. 12.
//   - Its noise has the colour of the conversation graph: it is drawn from the conditional
//     distribution of the graph filter given what is observed. Eqs. 8-11 have white noise
//     in the features and in the eigenvalues.
//   - The network is preconditioned (Karras et al., NeurIPS 2022) and begins at zero, where
//     a draw is the noise that it started from. Without prior.tails that is the conditional
//     Gaussian, the baseline "graph", exactly. Training keeps the network only if it lowers
//     the energy score of the validation split.
//   - With prior.tails, the default, the noise is a scale mixture of Gaussians. What the
//     network learns is then the velocity of an interpolant between noise and data
//     (Albergo and Vanden-Eijnden, ICLR 2023), which deterministic samplers follow.
//   - Draws are never pulled towards the mean by a squared error: gradients of the
//     prediction do not reach the network, and the point estimate is an output of its own.
//
// Start reading at Net.Losses, then network.go and sample.go.
package gsdnet

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/model/fill"
	"gsdnet/model/layer"
	"gsdnet/model/prior"
)

// Name is the name of the model.
const Name = "gsdnet"

func init() {
	model.Offer(200, Name, "graph spectral diffusion network: diffusion in the colours of the conversation graph", Default, New)
}

// Net is a GSDNet without its parameters.
type Net struct {
	*fill.Gaussian // the conditional Gaussian that the diffusion starts from, and the predictor
	cfg            Config
	sampler        diffusion.Sampler
	times          []float64
	network        bool // whether the network is used
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	if err := fault.OneOf("gsdnet.graph", c.Graph, GraphSpectral, GraphAdjacency, GraphNone); err != nil {
		return nil, err
	}
	base, err := fill.NewGaussian(Name, c.GaussianConfig, s, c.Graph == GraphSpectral)
	if err != nil {
		return nil, err
	}
	n := &Net{Gaussian: base, cfg: c, network: c.Blocks > 0}
	const where = "docs/samplers.md describes them"
	if n.sampler, err = diffusion.ParseSampler(c.Sampler.Method); err != nil {
		return nil, fault.Input(where, "gsdnet.sampler.method: %w", err)
	}
	if err := c.checkNoise(n.sampler); err != nil {
		return nil, err
	}
	schedule, err := diffusion.ParseSchedule(c.Sampler.Schedule)
	if err != nil {
		return nil, fault.Input(where, "gsdnet.sampler.schedule: %w", err)
	}
	n.times = schedule.Times(sde, c.Sampler.Steps, n.sampler.End)
	return n, nil
}

// network is the scope of the network's weights, and the name of the constant [1] that is 1
// where the network is used and 0 where validation found that it does not lower the energy
// score.
const network = "network"

// Fit fits the prior.
func (n *Net) Fit(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	if err := p.SetConstant(network, []float32{1}, 1); err != nil {
		return err
	}
	if n.cfg.Graph == GraphAdjacency {
		if err := n.fitEdges(ctx, p, seen, truth); err != nil {
			return err
		}
	}
	return n.Gaussian.Fit(ctx, p, seen, truth)
}

// Load reads the prior, and whether the network is used.
func (n *Net) Load(p *model.Params) error {
	kept, _ := p.Values(network)
	n.network = n.cfg.Blocks > 0 && len(kept) == 1 && kept[0] == 1
	return n.Gaussian.Load(p)
}

// Network returns the scope of the network's weights and the name of the constant that says
// whether it is used; "" of a model without a network.
func (n *Net) Network() string {
	if n.cfg.Blocks == 0 {
		return ""
	}
	return network
}

// Losses is the loss of the prediction and, of the network, the denoising score matching
// of Eq. 11 in the preconditioned form, whose weight is 1 at every noise level.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	out := n.Gaussian.Losses(p, in)
	if n.cfg.Blocks == 0 {
		return out
	}
	matching := n.Matching(p, in)
	return model.Losses{
		Total: graph.Add(out.Total, graph.MulScalar(matching, n.cfg.Beta)),
		Terms: append(out.Terms, model.Term{Name: "score", Value: matching}),
	}
}

// Matching is E‖F(x(t)) − (s·x₀ − α·n)‖² over the withheld cells, for x₀ the residual
// components of the truth and n a draw of the conditional Gaussian. Components count by
// their variance. In some conversations the state is 0 and the time 1: there the network
// learns E[x₀], which moves the point estimate.
func (n *Net) Matching(p *model.Params, in engine.Nodes) *graph.Node {
	withheld, missing := layer.Withheld(in), layer.Missing(in)
	truth, noise := prior.Truth(in), prior.Noise(in)
	alpha, std, blank := n.level(in)
	noise = graph.Mul(noise, graph.OneMinus(blank))
	noised := graph.Add(graph.Mul(truth, graph.Mul(alpha, graph.OneMinus(blank))), graph.Mul(noise, std))
	// A cell whose truth is not known holds noise alone.
	x := graph.Add(graph.Mul(noised, withheld), graph.Mul(noise, graph.Sub(missing, withheld)))
	want := graph.Sub(graph.Mul(truth, std), graph.Mul(noise, alpha))
	along, ofEdges := n.noisedEdges(p, in, alpha, std)
	out := n.score(p.In(network), in, x, n.context(p, in), in.Get(inTime), along)
	square := graph.Mul(graph.Square(graph.Sub(out, want)), prior.Importance(p, truth.Graph()))
	loss := layer.MaskedMean(square, withheld)
	if ofEdges != nil {
		loss = graph.Add(loss, ofEdges)
	}
	return loss
}

// Forecast predicts from the completed conversation, and recovers a draw of it.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	if !n.network {
		return n.Gaussian.Forecast(p, in)
	}
	s := &solver{net: n, p: p, in: in}
	f := n.Outputs(p, in, s.draw, s.estimate)
	if prior.Revealed(in) {
		f.Trajectory = s.trajectory
	}
	return f
}
