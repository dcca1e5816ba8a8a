// Package fill holds three baselines that complete a conversation without a learnt
// model: zeros, means and ridge regression. They encode, fuse and predict as GSDNet does,
// on the observed graphs. A model that recovers missing features is worth its cost only
// if it is better than these.
//
//	zero        missing modalities are rows of zeros in the fused graph
//	mean        missing features are the mean of the modality in the conversation
//	regression  missing features are regressed on the present modalities (package ridge)
//
// Start reading at Net.complete.
package fill

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
	"gsdnet/model/ridge"
	"gsdnet/spectral"
)

// Config holds the settings that the three baselines share. The defaults are GSDNet's.
type Config struct {
	readout.Body
	Window       int `toml:"window" limit:"0..256"`       // largest distance between two linked utterances; 0 links the whole conversation
	FusionLayers int `toml:"fusion_layers" limit:"0..32"` // layers of graph fusion, L of Eq. 19; 0 uses no graph
	Context      int `toml:"context" limit:"0..32"`       // recurrent layers between fusion and head; 0 has none
}

// RegressionConfig holds the settings of the model "regression".
type RegressionConfig struct {
	Config
	Ridge float64 `toml:"ridge" limit:">0..1000000"` // penalty of the regression, in units of the number of rows
}

// Default returns the default settings.
func Default() Config {
	return Config{
		Body: readout.DefaultBody(), Window: spectral.DefaultWindow, FusionLayers: 2, Context: readout.Layers,
	}
}

// DefaultRegression returns the default settings of the model "regression".
func DefaultRegression() RegressionConfig { return RegressionConfig{Config: Default(), Ridge: 0.3} }

// The kinds of completion.
const (
	Zero       = "zero"
	Mean       = "mean"
	Regression = "regression"
)

func init() {
	named := func(name string) func(Config, model.Setup) (*Net, error) {
		return func(c Config, s model.Setup) (*Net, error) { return New(name, c, s) }
	}
	model.Offer(10, Zero, "missing modalities are zeros", Default, named(Zero))
	model.Offer(20, Mean, "missing features are the conversation's mean", Default, named(Mean))
	model.Offer(30, Regression, "missing features are regressed on the present ones", DefaultRegression, NewRegression)
}

// Net is one of the three models without its parameters.
type Net struct {
	kind  string
	cfg   Config
	setup model.Setup
	out   readout.Predictor
}

// New checks the settings and builds the model of a kind, Zero or Mean.
func New(kind string, c Config, s model.Setup) (*Net, error) {
	out, err := readout.New(kind, c.Body, s, c.Context)
	if err != nil {
		return nil, err
	}
	return &Net{kind: kind, cfg: c, setup: s, out: out}, nil
}

// NewRegression checks the settings and builds the model "regression".
func NewRegression(c RegressionConfig, s model.Setup) (model.Model, error) {
	n, err := New(Regression, c.Config, s)
	if err != nil {
		return nil, err
	}
	return &regression{n, ridge.Regression{Dims: s.Dims, Lambda: c.Ridge}}, nil
}

// inGraph names the input that Prepare adds.
const inGraph = model.InGraph // [M,B,N,N]

// ObservedGraph returns the observed graphs, [M,B,N,N].
func ObservedGraph(in engine.Nodes) *graph.Node { return in.Get(inGraph) }

// Prepare adds the observed graphs.
func (n *Net) Prepare(feed engine.Feed, b *model.Batch, _ []model.Truth) error {
	all := make([][erc.NumModalities]*mat.SymDense, b.Size())
	for i := range b.Conversations {
		if first := b.First(i); first < i {
			all[i] = all[first]
			continue
		}
		c := &b.Conversations[i]
		all[i] = spectral.Graphs(spectral.RowsOf(c.Features, c.Present), n.cfg.Window)
	}
	feed[inGraph] = b.StackGraphs(all)
	return nil
}

// Varies is false: the same observations always give the same completion.
func (n *Net) Varies(*model.Conversation, bool) bool { return false }

// Draw adds dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.out.Draw(feed, b, pass, n.fusedWidth())
}

// fusedWidth is the number of channels of a fused state.
func (n *Net) fusedWidth() int { return (n.cfg.FusionLayers + 1) * erc.NumModalities * n.cfg.Width }

// Losses returns the loss of the prediction, because zeros and means are not learnt.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	return n.losses(p, in, n.complete(in))
}

// Forecast predicts from the completed conversation.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	return n.forecast(p, in, n.complete(in))
}

// complete returns the raw features [B,N,D_m] with zeros or means where they are missing.
func (n *Net) complete(in engine.Nodes) [erc.NumModalities]*graph.Node {
	if n.kind == Mean {
		return layer.FillMean(in)
	}
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		x[m] = in.Get(m.String())
	}
	return x
}

// losses returns the loss of the prediction from completed raw features x.
func (n *Net) losses(p *model.Params, in engine.Nodes, x [erc.NumModalities]*graph.Node) model.Losses {
	loss := n.out.Loss(n.forecast(p, in, x), in)
	return model.Losses{Total: loss, Terms: []model.Term{{Name: "pred", Value: loss}}}
}

// taps is how many utterances the encoder's convolution reads: context comes from the graph.
const taps = 1

// forecast encodes, fuses and predicts from completed raw features x. The rows of the fused
// graph are embedded ones, before the norm: it would remove the strength of a signal.
func (n *Net) forecast(p *model.Params, in engine.Nodes, x [erc.NumModalities]*graph.Node) model.Outputs {
	for m := range x {
		in = in.With(erc.Modality(m).String(), x[m])
	}
	embedded := layer.Embed(p.In("encode"), readout.Inputs(in, ""), in.Get(model.InValid), n.cfg.Width, taps)
	encoded := layer.Normalise(embedded, in.Get(model.InValid))
	if n.kind == Zero {
		embedded, encoded = graph.Mul(embedded, in.Get(model.InPresent)), graph.Mul(encoded, in.Get(model.InPresent))
	}
	fused := layer.Fuse(p.In("fuse"), in.Get(inGraph), embedded, in.Get(model.InValid), n.cfg.FusionLayers)
	f := n.out.Predict(p, in, fused)
	f.Encoded = encoded
	f.Recover = func() [erc.NumModalities]*graph.Node { return x }
	return f
}

// regression is the baseline that completes by ridge regression.
type regression struct {
	*Net
	ridge ridge.Regression
}

// Fit solves the regressions.
func (r *regression) Fit(ctx context.Context, p *model.Params, _ []model.Conversation, truth []model.Truth) error {
	return r.ridge.Fit(ctx, p, truth)
}

// Losses trains on the regressed features.
func (r *regression) Losses(p *model.Params, in engine.Nodes) model.Losses {
	return r.losses(p, in, r.ridge.Complete(p, in))
}

// Forecast predicts from the regressed features.
func (r *regression) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	return r.forecast(p, in, r.ridge.Complete(p, in))
}
