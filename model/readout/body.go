package readout

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/model"
)

// Body holds the settings, and the dropout that goes with them, of models that
// need nothing else from the host.
type Body struct {
	Width        int     `toml:"width" limit:"2..4096 even"`  // d, of the encoded features, even
	Hidden       int     `toml:"hidden" limit:"1..4096"`      // width of the head
	Head         string  `toml:"head"`                        // laplace or point
	InputDropout float64 `toml:"input_dropout" limit:"0..<1"` // share of input channels dropped in training
	Dropout      float64 `toml:"dropout" limit:"0..<1"`       // share of fused channels dropped in training
}

// DefaultBody returns GSDNet's defaults.
func DefaultBody() Body {
	return Body{Width: 128, Hidden: 128, Head: HeadLaplace, InputDropout: 0.2, Dropout: 0.4}
}

// Reader reads fused states along the conversation, as GSDNet's does by default:
// without it a model is judged by the context that it lacks, not by what it recovers.
func (b Body) Reader() Reader { return Reader{Width: b.Width, Layers: 2} }

// Check refuses a head that is not known, by the model's name. The limits of the
// numbers are checked by Offer.
func (b Body) Check(name string) error {
	return hint.OneOf(name+".head", b.Head, HeadLaplace, HeadPoint)
}

// Names of the inputs that Feed adds.
const (
	inDropIn    = "drop_"      // + modality [B,N,D_m], 0 or 1/(1−p); training
	inDropFused = "drop_fused" // [B,N,F]
)

// Feed adds the dropout of the inputs and of fused channels [B,N,fused] in
// training.
func (b Body) Feed(feed engine.Feed, batch *model.Batch, draw model.Pass, fused int) {
	if !draw.Train {
		return
	}
	z := model.Noise{Batch: batch, Draw: draw}
	for _, m := range erc.Modalities {
		feed[inDropIn+m.String()] = z.Dropout(inDropIn+m.String(), batch.Dims[m], b.InputDropout)
	}
	feed[inDropFused] = z.Dropout(inDropFused, fused, b.Dropout)
}

// DropInputs returns the inputs named prefix+modality [B,N,D_m], with dropout in
// training.
func DropInputs(in engine.Nodes, prefix string) [erc.NumModalities]*graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		x[m] = in.Get(prefix + m.String())
		if drop := in.Optional(inDropIn + m.String()); drop != nil {
			x[m] = graph.Mul(x[m], drop)
		}
	}
	return x
}

// DropFused applies the dropout of fused channels in training.
func DropFused(in engine.Nodes, fused *graph.Node) *graph.Node {
	if drop := in.Optional(inDropFused); drop != nil {
		return graph.Mul(fused, drop)
	}
	return fused
}
