package imder

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size implements model.Sized. The sampler keeps nothing for the gradient but its
// noise and its states.
func (n *Net) Size(b, length int) (s model.Size) {
	d, rows := n.cfg.Width, b*length
	s.Layer(rows, erc.NumModalities*d, erc.NumModalities*d, 1) // condition
	for range 3 {                                              // levels of the U-Net
		s.Each(rows, 3*d, d, 1)
		s.Each(rows, d, d, 1)
	}
	s.Each(rows, d, d, 2)
	s.Each(rows, 2*d, d, 1)
	s.Operations *= float64(n.cfg.Steps + 1)
	s.Keep(float64(5*erc.NumModalities*rows*d) * float64(n.cfg.Steps))
	s.Channels(rows, n.setup.Dims, d, 2) // the input and the truth
	for range 7 {                        // refinement and attention
		s.Each(rows, d, d, 1)
	}
	s.Channels(rows, n.setup.Dims, d, 2) // decoder
	n.out.Size(&s, rows, erc.NumModalities*d)
	return s
}
