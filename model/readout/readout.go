// Package readout holds the predictor that all models share. Recurrent layers read fused
// states along the conversation, and a head predicts a score or a class from their output.
// All models have the same predictor, so that differences between their results come from
// how they complete missing modalities.
//
//	out, err := readout.New("mymodel", cfg.Body, setup, 2)  // in New
//	out.Draw(feed, batch, pass, fusedWidth)                 // in Draw: dropout in training
//	x := readout.Inputs(in, "")                             // the observed features
//	prediction := out.Predict(p, in, fused)                 // in Forecast
//	loss := out.Loss(prediction, in)                        // in Losses
//
// Start reading at New, then Predictor.Predict.
package readout

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// Body holds the settings of the predictor and the width of the encoded features. The
// settings of a model embed it.
type Body struct {
	Width        int     `toml:"width" limit:"2..4096 even"`  // width of the encoded features, d
	Hidden       int     `toml:"hidden" limit:"1..4096"`      // width of the prediction head
	Head         string  `toml:"head"`                        // distribution that the head predicts for scores: laplace (location and scale) or point
	InputDropout float64 `toml:"input_dropout" limit:"0..<1"` // share of input channels that training drops
	Dropout      float64 `toml:"dropout" limit:"0..<1"`       // share of fused channels that training drops
}

// DefaultBody returns the defaults, which are those of GSDNet.
func DefaultBody() Body {
	return Body{Width: 128, Hidden: 128, Head: HeadLaplace, InputDropout: 0.2, Dropout: 0.4}
}

// Layers is the default number of recurrent layers between fused states and head.
const Layers = 2

// Predictor predicts from fused states. It holds no parameters.
type Predictor struct {
	body   Body
	reader reader
	head   head
}

// New returns a predictor with a number of recurrent layers, Layers by default. With none
// the head reads the fused states themselves, as in the paper. Its error is an unknown head;
// the message contains name, the name of the model. model.Offer checks the limits of the
// numbers.
func New(name string, b Body, s model.Setup, layers int) (Predictor, error) {
	return Predictor{b, reader{width: b.Width, layers: layers}, head{setup: s, kind: b.Head, hidden: b.Hidden}},
		fault.OneOf(name+".head", b.Head, HeadLaplace, HeadPoint)
}

// Names of the inputs that Draw adds in training.
const (
	inDropInput = "drop_"      // + modality [B,N,D_m], 0 or 1/(1−p)
	inDropFused = "drop_fused" // [B,N,W], of the input of the head
)

// Draw adds to the feed the dropout of the inputs and of the input of the head. fused is the
// number of channels of the fused states. Draw adds nothing outside training.
func (r Predictor) Draw(feed engine.Feed, batch *model.Batch, pass model.Pass, fused int) {
	if !pass.Train {
		return
	}
	z := model.Noise{Batch: batch, Pass: pass}
	if r.body.InputDropout > 0 {
		for _, m := range erc.Modalities {
			name := inDropInput + m.String()
			feed[name] = z.Dropout(name, batch.Dims[m], r.body.InputDropout)
		}
	}
	if r.body.Dropout > 0 {
		feed[inDropFused] = z.Dropout(inDropFused, r.reader.outWidth(fused), r.body.Dropout)
	}
}

// Inputs returns the features named prefix+modality, [B,N,D_m] each, with dropout in
// training.
func Inputs(in engine.Nodes, prefix string) [erc.NumModalities]*graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		x[m] = in.Get(prefix + m.String())
		if drop := in.Optional(inDropInput + m.String()); drop != nil {
			x[m] = graph.Mul(x[m], drop)
		}
	}
	return x
}

// Read maps fused states [B,N,F] to the input of the head, [B,N,W], with dropout in
// training. Padding and other conversations do not change the rows of an utterance.
func (r Predictor) Read(p *model.Params, in engine.Nodes, fused *graph.Node) *graph.Node {
	read := r.reader.read(p.In("reader"), fused, in)
	if drop := in.Optional(inDropFused); drop != nil {
		read = graph.Mul(read, drop)
	}
	return read
}

// Predict maps fused states [B,N,F] to the outputs of the task: Logits [B,N,C] for classes,
// Location and Scale [B,N] for scores. The scale of a point head is 0.
func (r Predictor) Predict(p *model.Params, in engine.Nodes, fused *graph.Node) model.Outputs {
	return r.Head(p.In("head"), r.Read(p, in, fused))
}

// Head maps the output of Read, [B,N,W], to the outputs of the task, as Predict does.
func (r Predictor) Head(p *model.Params, read *graph.Node) model.Outputs {
	return r.head.predict(p, read)
}

// Loss is L_pred, the mean over labelled utterances of the Laplace negative
// log-likelihood, the absolute error or the cross-entropy.
func (r Predictor) Loss(f model.Outputs, in engine.Nodes) *graph.Node { return r.head.loss(f, in) }

// Size adds the recurrent layers and the head to s, for a number of rows (utterances of a
// batch) and fused channels.
func (r Predictor) Size(s *model.Size, rows, fused int) { r.reader.addSize(s, r.head, rows, fused) }
