package dicmor

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size implements model.Sized.
func (n *Net) Size(b, length int) (s model.Size) {
	d, rows := n.cfg.Width, b*length
	s.Channels(rows, n.setup.Dims, d, 2) // the input and the truth
	for range n.cfg.Flows {              // forwards and backwards
		s.Each(rows, d/2, d/2, 2)
		s.Each(rows, d/2, d, 2)
	}
	s.Layer(rows, erc.NumModalities*d, d, 1)
	for range n.cfg.Attention {
		s.Each(rows, d, d, 1)
		s.Each(rows, d, d, 1)
	}
	s.Channels(rows, n.setup.Dims, d, 2) // decoder
	s.Layer(rows, erc.NumModalities*d, d, 1)
	n.out.Size(&s, rows, d)
	return s
}
