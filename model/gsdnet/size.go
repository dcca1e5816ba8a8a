package gsdnet

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size implements model.Sized: a training step evaluates the network once.
func (n *Net) Size(b, length int) model.Size {
	s := n.Gaussian.Size(b, length)
	if n.cfg.Blocks == 0 {
		return s
	}
	rows, width, d := b*length, n.cfg.Width, n.Prior.Width()
	s.Layer(rows, erc.NumModalities*d, erc.NumModalities*width, 1) // the context
	s.Each(rows, d, width, 2)
	for range n.cfg.Blocks {
		s.Parameters += float64(2 * erc.NumModalities * timeWidth * width)
		s.Each(rows, 2*width, width, 1)
		s.Each(rows, width, width, 3)
	}
	return s
}
