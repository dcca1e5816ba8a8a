package paper

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Size implements model.Sized. Each evaluation of the score network keeps what its
// blocks hold, where the gradient goes through the sampler, and a graph.
func (n *Net) Size(b, length int) (s model.Size) {
	c, rows := n.cfg, b*length
	const modalities = erc.NumModalities
	evaluations := n.sampler.Evaluations(c.Sampler.Steps) + 1 // with the score matching
	kept := evaluations
	if !c.Sampler.Through {
		kept = 1
	}
	s.Channels(rows, n.setup.Dims, c.Width*c.Kernel, 2) // the input and the truth
	s.Layer(rows, modalities*c.Width, modalities*c.Width, kept)
	s.Each(rows, c.Width, c.Width, 2*kept)
	for range c.Blocks {
		s.Parameters += float64(2 * modalities * timeWidth * c.Width)
		s.Each(rows, 2*c.Width, c.Width, kept)
		s.Each(rows, c.Width, c.Width, kept)
	}
	s.Operations *= float64(evaluations) / float64(kept)
	s.Keep(float64(5*modalities*rows*c.Width) * float64(evaluations-kept)) // noise and states
	edges := float64(modalities*rows) * float64(length)
	switch c.Graph {
	case GraphSpectral:
		s.Keep(3 * edges * float64(kept))
		s.Operations += edges * float64(n.rank(length)*evaluations)
	case GraphAdjacency:
		s.Keep(8 * edgeWidth * edges * float64(kept))
	}
	s.Each(rows, c.Width, c.Width, 3) // refinement and rows
	for range c.FusionLayers {
		s.Layer(modalities*rows, c.Width, c.Width, 1)
		s.Keep(2 * edges)
	}
	s.Channels(rows, n.setup.Dims, c.Width, 1) // decoder
	n.out.Size(&s, rows, n.fusedWidth())
	return s
}
