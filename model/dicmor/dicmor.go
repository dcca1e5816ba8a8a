// Package dicmor is Distribution-Consistent Modality Recovering (Wang et al., ICCV
// 2023): a normalising flow for each modality maps its features to a latent space
// in which classes have Gaussian priors of their own; a missing modality is made by
// pushing the latent of a present one backwards through the missing one's flow,
// and refined by residual channel attention.
//
// Faithful: linear encoders, without a layer norm; one flow per modality, trained
// by the likelihood of its latent under the prior of the utterance's class (the
// rounded score); generation through the inverse flow, without gradient into the
// source or, from the likelihood, into the encoders, which the published code
// freezes; two sources joined by a dense layer; refinement by residual channel
// attention; the loss L_pred + 0.1·(L_likelihood + L_reconstruction).
//
// Adapted: the published model convolves and attends along the frames of an
// utterance, of which there is one here. A convolution of it is a dense layer, and
// so is the multimodal transformer's attention, whose weight is 1: in its place one
// dense layer joins the completed modalities, and recurrent layers read along the
// utterances. Affine couplings keep either half in turn (the published code keeps
// the same half throughout, so that half of the channels never move). At test no
// label is anywhere near.
//
// Start reading at Net.complete.
package dicmor

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

// Config holds the settings, the table [dicmor] of a config.
type Config struct {
	readout.Body
	Flows      int     `toml:"flows" limit:"2..64"`        // affine couplings of each flow
	Attention  int     `toml:"attention" limit:"1..64"`    // residual channel attention blocks
	Likelihood float64 `toml:"likelihood" limit:"0..1000"` // weight of the likelihood loss and the reconstruction loss
}

// Default returns the default settings; the weight is the paper's.
func Default() Config {
	return Config{Body: readout.DefaultBody(), Flows: 4, Attention: 3, Likelihood: 0.1}
}

const (
	scoreClasses = 7 // of a sentiment score, −3 to 3
	reduction    = 16
)

func init() {
	model.Offer("dicmor", "recovery by flows with class priors (Wang et al., 2023)", Default, New)
}

// Net is a DiCMoR without its parameters.
type Net struct {
	cfg   Config
	setup model.Setup
	out   readout.Predictor
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	out, err := readout.New("dicmor", c.Body, s, readout.Layers)
	if err != nil {
		return nil, err
	}
	return &Net{cfg: c, setup: s, out: out}, nil
}

// Prepare adds nothing: the graphs need only what was observed.
func (n *Net) Prepare(engine.Feed, *model.Batch, []model.Truth) error { return nil }

// Varies is false: the same observations always give the same completion.
func (n *Net) Varies(*model.Conversation) bool { return false }

// Draw adds dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.out.Draw(feed, b, pass, n.cfg.Width)
}

// Losses is L = L_pred + 0.1·(L_likelihood + L_reconstruction), the decoder beside
// it.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	done := n.complete(p, in)
	truth := graph.Mul(graph.StopGradient(n.encode(p, in, model.InComplete)), in.Get(model.InHas))
	likelihood := n.likelihood(p, in, done)
	rebuilt := layer.MaskedMean(graph.Square(graph.Sub(done.completed, truth)), layer.Withheld(in))
	pred := n.out.Loss(n.predict(p, in, done.completed), in)
	decode := layer.DecodeLoss(p, in, n.setup.Dims, truth, done.completed)
	total := graph.Add(pred, graph.MulScalar(graph.Add(likelihood, rebuilt), n.cfg.Likelihood))
	return model.Losses{Total: graph.Add(total, graph.MulScalar(decode, 0.1)), Terms: []model.Term{
		{Name: "pred", Value: pred}, {Name: "likelihood", Value: likelihood},
		{Name: "reconstruction", Value: rebuilt}, {Name: "decode", Value: decode},
	}}
}

// Forecast predicts from the completed features.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	done := n.complete(p, in)
	f := n.predict(p, in, done.completed)
	f.Encoded = done.completed
	f.Recover = func() [erc.NumModalities]*graph.Node {
		return layer.FillDecoded(p, in, n.setup.Dims, done.completed)
	}
	return f
}

// completion is what the flows make of a batch.
type completion struct {
	completed  *graph.Node // [M,B,N,d]
	latent     *graph.Node // [M,B,N,d] of the present modalities
	volume     *graph.Node // [M,B,N,1] log |det| of the flow there
	observable *graph.Node // [M,B,N,1]
}

// encode projects utterances, each a sequence of one frame: a convolution of one tap.
func (n *Net) encode(p *model.Params, in engine.Nodes, prefix string) *graph.Node {
	return layer.Embed(p.In("encode"), readout.Inputs(in, prefix), in.Get(model.InValid), n.cfg.Width, 1)
}

// complete pushes what is present through its flow and back through those of what
// is missing.
func (n *Net) complete(p *model.Params, in engine.Nodes) completion {
	seen := graph.Mul(n.encode(p, in, ""), in.Get(model.InPresent))
	latent, volume := n.flow(p.In("flow"), graph.StopGradient(seen)) // or the likelihood shapes what is predicted from
	latent = graph.Mul(latent, in.Get(model.InPresent))

	source := graph.StopGradient(layer.Beside(latent))
	source = graph.Concatenate([]*graph.Node{source, layer.Beside(in.Get(model.InPresent))}, -1)
	joined := layer.Dense(p.In("join"), source, n.cfg.Width) // [B,N,d]
	dims := seen.Shape().Dimensions
	made := n.inverse(p.In("flow"), graph.BroadcastToDims(graph.InsertAxes(joined, 0), dims...))
	for i := range n.cfg.Attention {
		made = n.attend(p.In("refine%d", i), made)
	}
	return completion{
		completed: graph.Add(seen, graph.Mul(made, layer.Missing(in))),
		latent:    latent, volume: volume, observable: in.Get(model.InPresent),
	}
}

// halves splits the channels, the first half kept in even couplings.
func halves(x *graph.Node, coupling int) (kept, moved *graph.Node) {
	width := x.Shape().Dimensions[3]
	part := func(from, to int) *graph.Node {
		return graph.Slice(x, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(), graph.AxisRange(from, to))
	}
	kept, moved = part(0, width/2), part(width/2, width)
	if coupling%2 == 1 {
		return moved, kept
	}
	return kept, moved
}

func joinHalves(kept, moved *graph.Node, coupling int) *graph.Node {
	if coupling%2 == 1 {
		kept, moved = moved, kept
	}
	return graph.Concatenate([]*graph.Node{kept, moved}, -1)
}

// coupling returns the log scale and the shift that the kept half gives the other.
func (n *Net) coupling(p *model.Params, kept *graph.Node) (logScale, shift *graph.Node) {
	half := n.cfg.Width / 2
	h := layer.ReLU(layer.DensePerModality(p.In("in"), kept, n.cfg.Width/2))
	raw := layer.DensePerModality(p.In("scale"), h, half)
	return graph.MulScalar(graph.Tanh(raw), 0.5), layer.DensePerModality(p.In("shift"), h, half)
}

// flow maps features to latents, with the log determinant of each utterance.
func (n *Net) flow(p *model.Params, x *graph.Node) (z, volume *graph.Node) {
	for i := range n.cfg.Flows {
		kept, moved := halves(x, i)
		logScale, shift := n.coupling(p.In("coupling%d", i), kept)
		x = joinHalves(kept, graph.Add(graph.Mul(moved, graph.Exp(logScale)), shift), i)
		here := graph.ReduceAndKeep(logScale, graph.ReduceSum, -1)
		if volume == nil {
			volume = here
		} else {
			volume = graph.Add(volume, here)
		}
	}
	return x, volume
}

// inverse undoes flow.
func (n *Net) inverse(p *model.Params, z *graph.Node) *graph.Node {
	for i := n.cfg.Flows - 1; i >= 0; i-- {
		kept, moved := halves(z, i)
		logScale, shift := n.coupling(p.In("coupling%d", i), kept)
		z = joinHalves(kept, graph.Mul(graph.Sub(moved, shift), graph.Exp(graph.Neg(logScale))), i)
	}
	return z
}

// attend is a residual channel attention block (Zhang et al., ECCV 2018): channels
// are weighed by what the utterance's other channels say.
func (n *Net) attend(p *model.Params, x *graph.Node) *graph.Node {
	h := layer.DensePerModality(p.In("in"), x, n.cfg.Width)
	h = layer.DensePerModality(p.In("out"), layer.ReLU(h), n.cfg.Width)
	squeeze := layer.ReLU(layer.DensePerModality(p.In("squeeze"), h, max(2, n.cfg.Width/reduction)))
	gate := graph.Logistic(layer.DensePerModality(p.In("excite"), squeeze, n.cfg.Width))
	return graph.Add(x, graph.Mul(h, gate))
}

// likelihood is the negative log-likelihood per channel of the present latents
// under the unit Gaussian around the prior mean of their class.
func (n *Net) likelihood(p *model.Params, in engine.Nodes, done completion) *graph.Node {
	classes := scoreClasses
	class := graph.ConvertDType(graph.AddScalar(graph.Clip(graph.Round(in.Get(model.InLabel)),
		graph.Scalar(done.latent.Graph(), done.latent.DType(), -3), graph.Scalar(done.latent.Graph(), done.latent.DType(), 3)), 3), in.Get(model.InClass).DType())
	if n.setup.Task == erc.Classes {
		classes, class = n.setup.NumClasses, in.Get(model.InClass)
	}
	hot := graph.OneHot(class, classes, done.latent.DType()) // [B,N,C]
	dims := done.latent.Shape().Dimensions
	means := p.Weight(done.latent.Graph(), "prior", erc.NumModalities, classes, n.cfg.Width)
	prior := graph.Dot(graph.BroadcastToDims(graph.Reshape(hot, 1, -1, classes), erc.NumModalities, dims[1]*dims[2], classes), means).
		General([]int{2}, []int{0}, []int{1}, []int{0})
	prior = graph.Reshape(prior, dims...)
	distance := graph.MulScalar(graph.ReduceAndKeep(graph.Square(graph.Sub(done.latent, prior)), graph.ReduceSum, -1), 0.5)
	nll := graph.DivScalar(graph.Sub(distance, done.volume), float64(n.cfg.Width))
	known := graph.Mul(done.observable, graph.Reshape(in.Get(model.InLabelled), 1, dims[1], dims[2], 1))
	return layer.MaskedMean(nll, known)
}

// predict fuses the completed modalities and reads along the conversation.
func (n *Net) predict(p *model.Params, in engine.Nodes, completed *graph.Node) model.Outputs {
	return n.out.Predict(p, in, layer.Beside(completed))
}
