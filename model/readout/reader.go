package readout

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Rows of the fused graph: what stands for an utterance's modality in Eq. 19.
const (
	RowsEmbedded = "embedded" // before the layer norm, which hides how strong a signal is
	RowsEncoded  = "encoded"  // X'_m of Eq. 14, as printed in the paper
)

// reader stands between the fused states and the head. Fused states are rectified, mapped
// to width channels and read along the conversation in both directions by recurrent
// layers, as GCNet and its successors have it. With no layers the head reads the fused
// states themselves, as printed in the paper.
type reader struct {
	width  int // even
	layers int
}

// read maps fused states [B,N,F] to what the head reads, [B,N,reads(F)].
func (r reader) read(p *model.Params, fused *graph.Node, in engine.Nodes) *graph.Node {
	if r.layers > 0 {
		known := graph.Concatenate([]*graph.Node{layer.ReLU(fused), layer.Beside(in.Get(model.InPresent))}, -1)
		fused = layer.ReLU(layer.Dense(p.In("joint"), known, r.width))
	}
	for i := range r.layers {
		fused = layer.Recurrent(p.In("layer%d", i), fused, in.Get(model.InValid), r.width/2)
	}
	return fused
}

// reads returns the number of channels that the head reads of F fused ones.
func (r reader) outWidth(fused int) int {
	if r.layers > 0 {
		return r.width
	}
	return fused
}

// size adds the layers of the reader on fused states of a width, and those of the head.
func (r reader) addSize(s *model.Size, h head, rows, in int) {
	if r.layers > 0 {
		s.Layer(rows, in+erc.NumModalities, r.width, 1)
		in = r.width
	}
	for range r.layers {
		s.Recurrent(rows, in, in, 1)
	}
	s.Layer(rows, in, h.hidden, 1)
}
