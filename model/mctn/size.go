package mctn

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size estimates what a training step holds.
func (n *Net) Size(b, length int) (s model.Size) {
	d, rows := n.cfg.Width, b*length
	s.Channels(rows, n.setup.Dims, d, 2) // translation and back-translation
	s.Layer(rows, erc.NumModalities*d, d, 2)
	s.Recurrent(rows, d, d, 2)
	s.Recurrent(rows, d, d, 2)
	s.Channels(rows, n.setup.Dims, d, 2)
	s.Recurrent(rows, d, d, 1)
	s.Layer(rows, d, n.cfg.Hidden, 1)
	return s
}
