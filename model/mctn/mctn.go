// Package mctn is the Multimodal Cyclic Translation Network (Pham et al., AAAI 2019). A
// sequence-to-sequence model translates source modalities into target modalities and
// back. The emotion is predicted from the encoding that both translations share.
//
// Faithful to the paper: one encoder and one decoder serve both translations; a recurrent
// regressor on the joint encoding predicts; the loss is
// L_pred + 0.1·L_translation + 0.1·L_cycle. The targets are raw features, which training
// cannot shrink to make the loss small.
//
// Adapted: the sources are the modalities that are present in an utterance, and the
// targets are the missing ones. MCTN has a fixed source and a chain of two translations.
// Sequences are the utterances of a conversation, not the words of an utterance. BiLSTMs
// are replaced by quasi-recurrent layers (layer.Recurrent).
//
// Start reading at Net.Losses.
package mctn

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

// Config holds the settings, the table [mctn] of a config.
type Config struct {
	readout.Body
	Translation float64 `toml:"translation" limit:"0..1000"` // weight of the translation loss
	Cycle       float64 `toml:"cycle" limit:"0..1000"`       // weight of the back-translation loss
}

// Default returns the default settings; the weights are the paper's.
func Default() Config { return Config{Body: readout.DefaultBody(), Translation: 0.1, Cycle: 0.1} }

func init() {
	model.Offer(110, "mctn", "cyclic translation between modalities (Pham et al., 2019)", Default, New)
}

// Net is an MCTN without its parameters.
type Net struct {
	cfg   Config
	setup model.Setup
	out   readout.Predictor
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	out, err := readout.New("mctn", c.Body, s, 0)
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

// Losses returns L = L_pred + λ_t·L_translation + λ_c·L_cycle.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	joint, _ := n.encode(p, readout.Inputs(in, ""), in.Get(model.InPresent), in)
	targets := n.decode(p, joint, in)
	translation := layer.RawError(in, targets, layer.Withheld(in))

	// Back-translation: the translated modalities are the source, the present ones the
	// target.
	back, _ := n.encode(p, masked(targets, layer.Missing(in)), layer.Missing(in), in)
	cycle := layer.RawError(in, n.decode(p, back, in), graph.Mul(in.Get(model.InHas), in.Get(model.InPresent)))

	pred := n.out.Loss(n.regress(p, joint, in), in)
	total := graph.Add(pred, graph.Add(graph.MulScalar(translation, n.cfg.Translation), graph.MulScalar(cycle, n.cfg.Cycle)))
	return model.Losses{Total: total, Terms: []model.Term{
		{Name: "pred", Value: pred}, {Name: "translation", Value: translation}, {Name: "cycle", Value: cycle},
	}}
}

// Forecast predicts from the joint encoding of what is present.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	joint, _ := n.encode(p, readout.Inputs(in, ""), in.Get(model.InPresent), in)
	f := n.regress(p, joint, in)
	filled := n.decode(p, joint, in)
	for _, m := range erc.Modalities {
		filled[m] = layer.Fill(in, m, filled[m])
	}
	_, f.Encoded = n.encode(p, filled, graph.OnesLike(in.Get(model.InPresent)), in)
	f.Recover = func() [erc.NumModalities]*graph.Node { return filled }
	return f
}

// masked multiplies the raw features by the mask [M,B,N,1].
func masked(x [erc.NumModalities]*graph.Node, mask *graph.Node) [erc.NumModalities]*graph.Node {
	for _, m := range erc.Modalities {
		x[m] = graph.Mul(x[m], layer.Pick(mask, m))
	}
	return x
}

// encode maps a source, whose features are zero where a modality is not present, to the
// joint encoding [B,N,d]. It also returns the embeddings of the modalities, [M,B,N,d].
func (n *Net) encode(p *model.Params, source [erc.NumModalities]*graph.Node, present *graph.Node, in engine.Nodes) (joint, embedded *graph.Node) {
	p = p.In("encoder")
	var parts []*graph.Node
	for _, m := range erc.Modalities {
		parts = append(parts, layer.Dense(p.In("%s", m), source[m], n.cfg.Width))
	}
	embedded = graph.Mul(graph.Stack(parts, 0), graph.Mul(present, layer.Valid4(in)))
	sideBySide := graph.Concatenate([]*graph.Node{layer.Beside(embedded), layer.Beside(present)}, -1)
	return layer.Recurrent(p, layer.ReLU(layer.Dense(p.In("merge"), sideBySide, n.cfg.Width)), in.Get(model.InValid), n.cfg.Width/2), embedded
}

// decode translates the joint encoding into the raw features of all modalities.
func (n *Net) decode(p *model.Params, joint *graph.Node, in engine.Nodes) [erc.NumModalities]*graph.Node {
	p = p.In("decoder")
	h := layer.Recurrent(p, joint, in.Get(model.InValid), n.cfg.Width/2)
	var out [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		out[m] = layer.Dense(p.In("%s", m), h, n.setup.Dims[m])
	}
	return out
}

// regress predicts from the joint encoding by the recurrent regressor.
func (n *Net) regress(p *model.Params, joint *graph.Node, in engine.Nodes) model.Outputs {
	h := layer.Recurrent(p.In("regressor"), joint, in.Get(model.InValid), n.cfg.Width/2)
	return n.out.Predict(p, in, h)
}
