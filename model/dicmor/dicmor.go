// Package dicmor is Distribution-Consistent Modality Recovering (Wang et al., ICCV
// 2023). A normalising flow for each modality maps its features to a latent space, in
// which every class has a Gaussian prior of its own. The features of a missing modality
// are made from the latents of the present ones by the inverse of its flow, and refined
// by residual channel attention.
//
// Faithful to the paper and its code: linear encoders without a layer norm; one flow for
// each modality, trained by the likelihood of its latents under the prior of the
// utterance's class (the rounded score); generation by the inverse flow; no gradient of
// the generation into its source, or of the likelihood into the encoders, which the
// published code freezes; a dense layer that joins the sources; residual channel
// attention; the loss L_pred + 0.1·(L_likelihood + L_reconstruction).
//
// Adapted: the published model has convolutions and attention along the frames of an
// utterance. Here an utterance is one frame, so that both become dense layers; recurrent
// layers read along the utterances of the conversation. The couplings of a flow keep the
// two halves of the channels in turn, where the published code always keeps the same
// half, so that it never changes. Labels are used in training only.
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
	scoreClasses = 7  // of a rounded sentiment score, −3 to 3
	reduction    = 16 // of the channels in the bottleneck of channel attention
)

func init() {
	model.Offer(140, "dicmor", "recovery by flows with class priors (Wang et al., 2023)", Default, New)
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

// Prepare adds nothing, because the graphs need only the observed features.
func (n *Net) Prepare(engine.Feed, *model.Batch, []model.Truth) error { return nil }

// Varies is false: the same observations always give the same completion.
func (n *Net) Varies(*model.Conversation, bool) bool { return false }

// Draw adds dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.out.Draw(feed, b, pass, n.cfg.Width)
}

// Losses returns L = L_pred + 0.1·(L_likelihood + L_reconstruction), and the decoder's
// loss.
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

// completion is a batch completed by the flows.
type completion struct {
	completed  *graph.Node // [M,B,N,d]
	latent     *graph.Node // [M,B,N,d] latents of the present modalities
	volume     *graph.Node // [M,B,N,1] log |det| of the flow at their features
	observable *graph.Node // [M,B,N,1] 1 where a modality is present
}

// encode maps the raw features of an input prefix to [M,B,N,d]. The convolution has one
// tap, because an utterance is one frame.
func (n *Net) encode(p *model.Params, in engine.Nodes, prefix string) *graph.Node {
	return layer.Embed(p.In("encode"), readout.Inputs(in, prefix), in.Get(model.InValid), n.cfg.Width, 1)
}

// complete maps the present modalities to latents, and the joined latents to the missing
// modalities.
func (n *Net) complete(p *model.Params, in engine.Nodes) completion {
	seen := graph.Mul(n.encode(p, in, ""), in.Get(model.InPresent))
	latent, volume := n.flow(p.In("flow"), graph.StopGradient(seen)) // no gradient of the likelihood into the encoder
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

// halves splits the channels [M,B,N,d] of a coupling in two. Even couplings keep the first
// half, odd ones the second.
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

// joinHalves undoes halves.
func joinHalves(kept, moved *graph.Node, coupling int) *graph.Node {
	if coupling%2 == 1 {
		kept, moved = moved, kept
	}
	return graph.Concatenate([]*graph.Node{kept, moved}, -1)
}

// coupling computes from the kept half the log scale and the shift of the other half.
func (n *Net) coupling(p *model.Params, kept *graph.Node) (logScale, shift *graph.Node) {
	half := n.cfg.Width / 2
	h := layer.ReLU(layer.DensePerModality(p.In("in"), kept, n.cfg.Width/2))
	raw := layer.DensePerModality(p.In("scale"), h, half)
	return graph.MulScalar(graph.Tanh(raw), 0.5), layer.DensePerModality(p.In("shift"), h, half)
}

// flow maps features [M,B,N,d] to latents, and returns log |det| of each utterance,
// [M,B,N,1], too.
func (n *Net) flow(p *model.Params, x *graph.Node) (z, volume *graph.Node) {
	for i := range n.cfg.Flows {
		kept, moved := halves(x, i)
		logScale, shift := n.coupling(p.In("coupling%d", i), kept)
		x = joinHalves(kept, graph.Add(graph.Mul(moved, graph.Exp(logScale)), shift), i)
		logDet := graph.ReduceAndKeep(logScale, graph.ReduceSum, -1)
		if volume == nil {
			volume = logDet
		} else {
			volume = graph.Add(volume, logDet)
		}
	}
	return x, volume
}

// inverse maps latents back to features.
func (n *Net) inverse(p *model.Params, z *graph.Node) *graph.Node {
	for i := n.cfg.Flows - 1; i >= 0; i-- {
		kept, moved := halves(z, i)
		logScale, shift := n.coupling(p.In("coupling%d", i), kept)
		z = joinHalves(kept, graph.Mul(graph.Sub(moved, shift), graph.Exp(graph.Neg(logScale))), i)
	}
	return z
}

// attend is a residual channel attention block (Zhang et al., ECCV 2018): every channel
// is multiplied by a weight that is computed from all channels of the utterance.
func (n *Net) attend(p *model.Params, x *graph.Node) *graph.Node {
	h := layer.DensePerModality(p.In("in"), x, n.cfg.Width)
	h = layer.DensePerModality(p.In("out"), layer.ReLU(h), n.cfg.Width)
	squeeze := layer.ReLU(layer.DensePerModality(p.In("squeeze"), h, max(2, n.cfg.Width/reduction)))
	gate := graph.Logistic(layer.DensePerModality(p.In("excite"), squeeze, n.cfg.Width))
	return graph.Add(x, graph.Mul(h, gate))
}

// likelihood returns the mean negative log-likelihood per channel of the present latents,
// under a unit Gaussian around the prior mean of their class.
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

// predict reads the completed modalities side by side along the conversation.
func (n *Net) predict(p *model.Params, in engine.Nodes, completed *graph.Node) model.Outputs {
	return n.out.Predict(p, in, layer.Beside(completed))
}
