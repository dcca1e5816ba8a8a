package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// decodeLoss teaches the decoder, without a gradient to what it decodes.
func (c *completer) decodeLoss(p *model.Params, target, completed *model.Node) *model.Node {
	if c.mean == nil {
		return model.DecodeLoss(p, c.in, c.net.setup.Dims, target, completed)
	}
	return model.RawError(c.in, c.recovered(p, completed), model.Withheld(c.in))
}

// recovered returns the raw features with the holes filled: decoded, or as
// regressed and corrected by what diffusion adds.
func (c *completer) recovered(p *model.Params, completed *model.Node) [erc.NumModalities]*model.Node {
	if c.mean == nil {
		return model.FillDecoded(p, c.in, c.net.setup.Dims, completed)
	}
	raw := model.Decode(p.In("decode"), graph.Sub(completed, c.mean), c.net.setup.Dims)
	for _, m := range erc.Modalities {
		missing := model.Pick(model.Missing(c.in), m)
		raw[m] = graph.Add(c.regressed[m], graph.Mul(raw[m], missing))
	}
	return raw
}
