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

// Reader is what stands between the fused graph and the head: the fused states,
// rectified, are brought down to Width channels and read along the conversation, both
// ways, by recurrent layers, as GCNet and its successors have it. With no layers the
// head reads the fused states themselves, as printed in the paper.
type Reader struct {
	Width  int // even
	Layers int
}

// Read maps fused states [B,N,F] to what the head reads, [B,N,Reads(F)]. Drop
// scales that in training (nil: not).
func (r Reader) Read(p *model.Params, fused *graph.Node, in engine.Nodes, drop *graph.Node) *graph.Node {
	if r.Layers > 0 {
		known := graph.Concatenate([]*graph.Node{layer.ReLU(fused), layer.Beside(in.Get(model.InPresent))}, -1)
		fused = layer.ReLU(layer.Dense(p.In("joint"), known, r.Width))
	}
	for i := range r.Layers {
		fused = layer.Recurrent(p.In("layer%d", i), fused, in.Get(model.InValid), r.Width/2)
	}
	if drop != nil {
		fused = graph.Mul(fused, drop)
	}
	return fused
}

// Reads returns the number of channels that the head reads of F fused ones.
func (r Reader) Reads(fused int) int {
	if r.Layers > 0 {
		return r.Width
	}
	return fused
}

// Size adds the layers of the reader on fused states of a width, and those of the head.
func (r Reader) Size(s *model.Size, h Head, rows, in int) {
	if r.Layers > 0 {
		s.Layer(rows, in+erc.NumModalities, r.Width, 1)
		in = r.Width
	}
	for range r.Layers {
		s.Recurrent(rows, in, in, 1)
	}
	s.Layer(rows, in, h.Hidden, 1)
}
