package readout

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// reader is the part of the predictor between the fused states and the head. It rectifies
// fused states, maps them to width channels and applies recurrent layers in both directions
// along the conversation, as GCNet does. With no layers it returns the fused states, as in
// the paper.
type reader struct {
	width  int // even
	layers int
}

// read maps fused states [B,N,F] to the input of the head, [B,N,outWidth(F)].
func (r reader) read(p *model.Params, fused *graph.Node, in engine.Nodes) *graph.Node {
	if r.layers > 0 {
		joint := graph.Concatenate([]*graph.Node{layer.ReLU(fused), layer.Beside(in.Get(model.InPresent))}, -1)
		fused = layer.ReLU(layer.Dense(p.In("joint"), joint, r.width))
	}
	for i := range r.layers {
		fused = layer.Recurrent(p.In("layer%d", i), fused, in.Get(model.InValid), r.width/2)
	}
	return fused
}

// outWidth returns the number of channels of the output, given that of the fused states.
func (r reader) outWidth(fused int) int {
	if r.layers > 0 {
		return r.width
	}
	return fused
}

// addSize adds the layers of the reader and of the head to s, for a number of rows and of
// fused channels.
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
