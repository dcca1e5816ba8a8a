package fill

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size estimates what a training step holds.
func (n *Net) Size(b, length int) (s model.Size) {
	c, rows := n.cfg, b*length
	s.Channels(rows, n.setup.Dims, c.Width*taps, 1)
	for range c.FusionLayers {
		s.Layer(erc.NumModalities*rows, c.Width, c.Width, 1)
		s.Keep(float64(2*erc.NumModalities) * float64(rows) * float64(length))
	}
	s.Keep(float64(4*erc.NumModalities) * float64(rows) * float64(length))
	n.out.Size(&s, rows, n.fusedWidth())
	return s
}
