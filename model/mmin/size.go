package mmin

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size implements model.Sized.
func (n *Net) Size(b, length int) (s model.Size) {
	d, rows := n.cfg.Width, b*length
	for range 2 { // the encoder and the teacher
		s.Channels(rows, n.setup.Dims, d, 1)
		s.Each(rows, d, d, 1)
	}
	for range 2 * n.cfg.Blocks { // there and back
		s.Layer(rows, erc.NumModalities*d, 4*bottleneck, 1)
		s.Layer(rows, 4*bottleneck, 4*bottleneck, 1) // the four inner layers together
		s.Layer(rows, 4*bottleneck, erc.NumModalities*d, 1)
	}
	s.Channels(rows, n.setup.Dims, d, 2) // decoder
	s.Layer(rows, erc.NumModalities*d, n.cfg.Hidden, 1)
	n.out.Size(&s, rows, n.cfg.Blocks*bottleneck)
	return s
}
