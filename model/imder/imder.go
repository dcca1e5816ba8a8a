// Package imder is Incomplete Multimodality-Diffused Emotion Recognition (Wang et al.,
// NeurIPS 2023). A score network for each modality, conditioned on the present
// modalities, generates the features of a missing one from noise. They are refined, and
// cross-modal attention fuses the modalities.
//
// Faithful to the paper and its code: the variance-exploding SDE with σ = 25; a U-Net
// along the sequence with Fourier features of the time; Euler–Maruyama sampling without
// gradient, in training and at test, whose last step adds no noise; refinement by
// residual blocks; cross-modal attention; the loss L_pred + 0.1·(L_score + L_rec).
//
// Adapted:
//   - The published sequences are the frames of an utterance. Here an utterance is one
//     frame: the convolution of the encoder is a dense layer, cross-modal attention stays
//     within the utterance, and the U-Net, of two levels, runs along the utterances of
//     the conversation.
//   - The condition is concatenated to the input, where IMDer attends to it, and its
//     noise is independent of the target's, where the published code uses the same.
//   - The output of the network is preconditioned (Karras et al., NeurIPS 2022). Without
//     that, a network trained for a few hundred steps samples pure noise.
//   - The sampler takes 20 steps by default, 100 in the paper.
//   - The multimodal transformer has one layer, whose additions start at zero, and
//     recurrent layers along the utterances replace its memory.
//   - The encoders are trained with the rest, without gradient from the score matching.
//     The published ones are trained in a stage of their own and then frozen.
//
// Start reading at Net.sample.
package imder

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

// Config holds the settings, the table [imder] of a config.
type Config struct {
	readout.Body
	Sigma  float64 `toml:"sigma" limit:">1..10000"` // σ of the variance-exploding SDE
	Steps  int     `toml:"steps" limit:"1..1000"`   // steps of Euler-Maruyama; the paper takes 100
	Weight float64 `toml:"weight" limit:"0..1000"`  // weight of the score matching loss and the reconstruction loss
}

// Default returns the default settings; σ and the weight are the paper's.
func Default() Config {
	return Config{Body: readout.DefaultBody(), Sigma: 25, Steps: 20, Weight: 0.1}
}

const leastTime = 1e-3 // smallest time of the score matching; below it the noise is smaller than rounding

func init() {
	model.Offer(150, "imder", "recovery by conditional score diffusion (Wang et al., 2023)", Default, New)
}

// Net is an IMDer without its parameters.
type Net struct {
	cfg   Config
	setup model.Setup
	out   readout.Predictor
	sde   diffusion.SDE
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	out, err := readout.New("imder", c.Body, s, readout.Layers)
	if err != nil {
		return nil, err
	}
	sde, err := diffusion.Spec{Kind: "ve", Sigma: c.Sigma}.New()
	if err != nil {
		return nil, fault.Input("see [imder] in docs/config.md", "imder: %w", err)
	}
	return &Net{cfg: c, setup: s, sde: sde, out: out}, nil
}

// Names of the inputs that Prepare adds.
const (
	inStart  = "start"  // [M,B,N,d] unit normals from which the sampler starts
	inNoise  = "noise"  // [S−1,M,B,N,d] unit normals that the sampler adds
	inTime   = "time"   // [B] times of the score matching; training only
	inStd    = "std"    // [B] standard deviation of the noise at those times; training only
	inTarget = "target" // [M,B,N,d] the noise that the network must predict; training only
)

// Prepare adds nothing, because the graphs need only the observed features.
func (n *Net) Prepare(engine.Feed, *model.Batch, []model.Truth) error { return nil }

// Varies reports whether something is missing, which is then drawn by diffusion.
func (n *Net) Varies(c *model.Conversation, _ bool) bool { return c.Lacks() }

// Draw adds the noise, and dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	z := model.Noise{Batch: b, Pass: pass}
	feed[inStart] = z.Features(inStart, 0, n.cfg.Width)
	if draws := diffusion.Euler.Draws(n.cfg.Steps); draws > 0 {
		feed[inNoise] = z.Features(inNoise, draws, n.cfg.Width)
	}
	n.out.Draw(feed, b, pass, n.cfg.Width)
	if !pass.Train {
		return
	}
	times, deviations := make([]float32, b.Size()), make([]float32, b.Size())
	for i := range times {
		t := leastTime + (1-leastTime)*z.Stream(inTime, i).Float64()
		_, std := n.sde.Marginal(t)
		times[i], deviations[i] = float32(t), float32(std)
	}
	feed[inTime] = tensors.FromFlatDataAndDimensions(times, b.Size())
	feed[inStd] = tensors.FromFlatDataAndDimensions(deviations, b.Size())
	feed[inTarget] = z.Features(inTarget, 0, n.cfg.Width)
}

// Losses returns L = L_pred + 0.1·(L_score + L_rec), and the decoder's loss.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	seen := graph.Mul(n.encode(p, in, ""), in.Get(model.InPresent))
	truth := graph.Mul(graph.StopGradient(n.encode(p, in, model.InComplete)), in.Get(model.InHas))
	completed := n.complete(p, in, seen)

	std := graph.Reshape(in.Get(inStd), 1, -1, 1, 1)
	noisy := graph.Add(truth, graph.Mul(in.Get(inTarget), std))
	out := n.score(p, in, noisy, graph.StopGradient(seen), in.Get(inTime), std)
	score := layer.MaskedMean(graph.Square(graph.Add(out, in.Get(inTarget))), layer.Withheld(in)) // the target of the output, std·score, is −z
	rebuilt := layer.MaskedMean(graph.Square(graph.Sub(completed, truth)), layer.Withheld(in))
	pred := n.out.Loss(n.predict(p, in, completed), in)
	decode := layer.DecodeLoss(p, in, n.setup.Dims, truth, completed)

	total := graph.Add(pred, graph.MulScalar(graph.Add(score, rebuilt), n.cfg.Weight))
	return model.Losses{Total: graph.Add(total, graph.MulScalar(decode, 0.1)), Terms: []model.Term{
		{Name: "pred", Value: pred}, {Name: "score", Value: score}, {Name: "rec", Value: rebuilt}, {Name: "decode", Value: decode},
	}}
}

// Forecast predicts from the completed features.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	completed := n.complete(p, in, graph.Mul(n.encode(p, in, ""), in.Get(model.InPresent)))
	f := n.predict(p, in, completed)
	f.Encoded = completed
	f.Recover = func() [erc.NumModalities]*graph.Node {
		return layer.FillDecoded(p, in, n.setup.Dims, completed)
	}
	return f
}

// encode maps the raw features of an input prefix to [M,B,N,d]. The convolution has one
// tap, because an utterance is one frame.
func (n *Net) encode(p *model.Params, in engine.Nodes, prefix string) *graph.Node {
	return layer.Embed(p.In("encode"), readout.Inputs(in, prefix), in.Get(model.InValid), n.cfg.Width, 1)
}

// complete samples the missing features and refines them, [M,B,N,d].
func (n *Net) complete(p *model.Params, in engine.Nodes, seen *graph.Node) *graph.Node {
	x := graph.StopGradient(n.sample(p, in, graph.StopGradient(seen)))
	inner := layer.ReLU(layer.DensePerModality(p.In("refine").In("in"), x, n.cfg.Width))
	x = graph.Add(x, layer.DensePerModality(p.In("refine").In("out"), inner, n.cfg.Width))
	return graph.Add(seen, graph.Mul(x, layer.Missing(in)))
}

// predict fuses the completed modalities and reads them along the conversation.
func (n *Net) predict(p *model.Params, in engine.Nodes, completed *graph.Node) model.Outputs {
	fused := attend(p.In("fuse"), completed)
	return n.out.Predict(p, in, layer.Beside(fused))
}
