// Package mmin is the Missing Modality Imagination Network (Zhao et al., ACL 2021). A
// cascade of residual autoencoders predicts ("imagines") the embeddings of the missing
// modalities from those of the present ones. A second cascade predicts the present ones
// back. The emotion is predicted from the bottlenecks of the first cascade.
//
// Faithful to the paper and its code: five autoencoders of widths 256, 128 and 64, each
// of which receives the input plus the outputs of those before it; a classifier on all
// bottlenecks side by side; a teacher that sees every modality and gives the embeddings
// to be imagined; the loss L_pred + 4·L_imagination + 2·L_cycle, over missing modalities
// only.
//
// Adapted: the encoders are two dense layers on features of an utterance, as in other
// papers that compare with MMIN. Recurrent layers read the bottlenecks along the
// utterances of the conversation, where MMIN's LSTM reads the frames of one utterance.
// The teacher is trained in the same loop by a prediction of its own, without gradient
// from the imagination, where MMIN trains it beforehand and freezes it.
//
// Start reading at Net.Losses.
package mmin

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

// Config holds the settings, the table [mmin] of a config.
type Config struct {
	readout.Body
	Blocks      int     `toml:"blocks" limit:"1..64"`        // autoencoders in the cascade
	Imagination float64 `toml:"imagination" limit:"0..1000"` // weight of the imagination loss
	Cycle       float64 `toml:"cycle" limit:"0..1000"`       // weight of the loss of the backward imagination
}

// Default returns the default settings; cascade and weights are the paper's.
func Default() Config {
	return Config{Body: readout.DefaultBody(), Blocks: 5, Imagination: 4, Cycle: 2}
}

// bottleneck is the width of the narrowest layer of an autoencoder. The others are two
// and four times as wide.
const bottleneck = 64

func init() {
	model.Offer(120, "mmin", "imagination by cascaded residual autoencoders (Zhao et al., 2021)", Default, New)
}

// Net is an MMIN without its parameters.
type Net struct {
	cfg   Config
	setup model.Setup
	out   readout.Predictor
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	out, err := readout.New("mmin", c.Body, s, readout.Layers)
	if err != nil {
		return nil, err
	}
	return &Net{cfg: c, setup: s, out: out}, nil
}

// Prepare adds nothing, because the graphs need only the observed features.
func (n *Net) Prepare(engine.Feed, *model.Batch, []model.Truth) error { return nil }

// Varies is false: the same observations always give the same completion.
func (n *Net) Varies(*model.Conversation, bool) bool { return false }

// Draw adds dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.out.Draw(feed, b, pass, n.cfg.Width)
}

// Losses returns L = L_pred + 4·L_imagination + 2·L_cycle, and the losses of the teacher
// and of the decoder.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	seen := graph.Mul(n.embed(p.In("encode"), readout.Inputs(in, "")), in.Get(model.InPresent))
	known := graph.Mul(n.embed(p.In("teacher"), readout.Inputs(in, model.InComplete)), graph.Mul(in.Get(model.InHas), layer.Valid4(in)))
	taught := n.out.Loss(n.out.Head(p.In("teacher_head"), layer.Beside(known)), in)

	imagined, latent := n.cascade(p.In("imagine"), seen)
	back, _ := n.cascade(p.In("back"), imagined)
	imagination := layer.MaskedMean(graph.Square(graph.Sub(imagined, graph.StopGradient(known))), layer.Withheld(in))
	cycle := layer.MaskedMean(graph.Square(graph.Sub(back, graph.StopGradient(seen))), in.Get(model.InPresent))
	pred := n.out.Loss(n.out.Predict(p, in, latent), in)
	decode := layer.DecodeLoss(p, in, n.setup.Dims, known, completed(in, seen, imagined))

	missing := graph.Add(graph.MulScalar(imagination, n.cfg.Imagination), graph.MulScalar(cycle, n.cfg.Cycle))
	total := graph.Add(graph.Add(pred, missing), graph.Add(taught, graph.MulScalar(decode, 0.1)))
	return model.Losses{Total: total, Terms: []model.Term{
		{Name: "pred", Value: pred}, {Name: "imagination", Value: imagination}, {Name: "cycle", Value: cycle},
		{Name: "teacher", Value: taught}, {Name: "decode", Value: decode},
	}}
}

// Forecast predicts from the bottlenecks of the imagination.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	seen := graph.Mul(n.embed(p.In("encode"), readout.Inputs(in, "")), in.Get(model.InPresent))
	imagined, latent := n.cascade(p.In("imagine"), seen)
	f := n.out.Predict(p, in, latent)
	f.Encoded = completed(in, seen, imagined)
	f.Recover = func() [erc.NumModalities]*graph.Node {
		return layer.FillDecoded(p, in, n.setup.Dims, f.Encoded)
	}
	return f
}

// completed returns the embeddings seen, and the imagined ones where a modality is
// missing.
func completed(in engine.Nodes, seen, imagined *graph.Node) *graph.Node {
	return graph.Add(seen, graph.Mul(imagined, layer.Missing(in)))
}

// embed encodes the raw features of each modality, [B,N,D_m] → [M,B,N,d].
func (n *Net) embed(p *model.Params, x [erc.NumModalities]*graph.Node) *graph.Node {
	var parts []*graph.Node
	for _, m := range erc.Modalities {
		parts = append(parts, layer.ReLU(layer.Dense(p.In("%s", m), x[m], n.cfg.Width)))
	}
	return layer.ReLU(layer.DensePerModality(p.In("out"), graph.Stack(parts, 0), n.cfg.Width))
}

// cascade runs the residual autoencoders on the embeddings of all modalities [M,B,N,d],
// which are zero where a modality is missing. It returns the output of the last
// autoencoder [M,B,N,d] and all bottlenecks side by side [B,N,blocks·64].
func (n *Net) cascade(p *model.Params, x *graph.Node) (out, latent *graph.Node) {
	input := layer.Beside(x)
	dims := input.Shape().Dimensions
	sum := input
	var last *graph.Node
	var latents []*graph.Node
	for i := range n.cfg.Blocks {
		block := p.In("block%d", i)
		h := layer.ReLU(layer.Dense(block.In("in"), sum, 4*bottleneck))
		h = layer.ReLU(layer.Dense(block.In("narrow"), h, 2*bottleneck))
		h = layer.ReLU(layer.Dense(block.In("latent"), h, bottleneck))
		latents = append(latents, h)
		h = layer.ReLU(layer.Dense(block.In("wide"), h, 2*bottleneck))
		h = layer.ReLU(layer.Dense(block.In("wider"), h, 4*bottleneck))
		last = layer.Dense(block.In("out"), h, dims[2])
		sum = graph.Add(sum, last)
	}
	split := graph.Reshape(last, dims[0], dims[1], erc.NumModalities, n.cfg.Width)
	return graph.TransposeAllAxes(split, 2, 0, 1, 3), graph.Concatenate(latents, -1)
}
