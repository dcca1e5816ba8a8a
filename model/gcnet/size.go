package gcnet

import "gsdnet/model"

// Size estimates what a training step holds.
func (n *Net) Size(b, length int) (s model.Size) {
	d, rows := n.cfg.Width, b*length
	s.Channels(rows, n.setup.Dims, d, 1)
	s.Recurrent(rows, d, d, 1)
	for _, relations := range []int{3, 2} {
		for range 1 + relations {
			s.Layer(rows, d, d/2, 1)
		}
		s.Keep(4 * float64(relations*rows) * float64(length))
		s.Layer(rows, d/2, d, 1) // keep and near
		s.Recurrent(rows, n.graphWidth(), n.graphWidth(), 1)
		s.Layer(rows, n.graphWidth(), n.graphWidth(), 1)
	}
	s.Channels(rows, n.setup.Dims, n.graphWidth(), 1)
	s.Layer(rows, n.graphWidth(), n.cfg.Hidden, 1)
	return s
}
