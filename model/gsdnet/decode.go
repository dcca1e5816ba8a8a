package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// decodeLoss teaches the decoder, without a gradient to what it decodes.
func (c *completer) decodeLoss(p *model.Params, target, completed *graph.Node) *graph.Node {
	if c.mean == nil {
		return layer.DecodeLoss(p, c.in, c.net.setup.Dims, target, completed)
	}
	return layer.RawError(c.in, c.recovered(p, completed), layer.Withheld(c.in))
}

// recovered returns the raw features with the holes filled: decoded, or as
// regressed and corrected by what diffusion adds.
func (c *completer) recovered(p *model.Params, completed *graph.Node) [erc.NumModalities]*graph.Node {
	if c.mean == nil {
		return layer.FillDecoded(p, c.in, c.net.setup.Dims, completed)
	}
	raw := layer.Decode(p.In("decode"), graph.Sub(completed, c.mean), c.net.setup.Dims)
	for _, m := range erc.Modalities {
		missing := layer.Pick(layer.Missing(c.in), m)
		raw[m] = graph.Add(c.regressed[m], graph.Mul(raw[m], missing))
	}
	return raw
}
