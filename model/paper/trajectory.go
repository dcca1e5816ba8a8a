package paper

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/model"
)

// trajectory is where the sampler has been, and where it was refined to.
func (c *completer) trajectory(x, r *graph.Node) model.Trajectory {
	var out model.Trajectory
	for _, stop := range c.path {
		state := model.State{Time: stop.time, Encoded: c.overwrite(stop.state[0])}
		if s, ok := c.side.(spectra); ok {
			state.Others = map[string]*graph.Node{"spectra": s.lambda(stop.state[1])}
		}
		out.States = append(out.States, state)
	}
	last := model.State{Time: c.path[len(c.path)-1].time, Encoded: c.overwrite(x)}
	out.Truth.Encoded = graph.Mul(c.net.encode(c.p, c.in, model.InComplete), c.in.Get(model.InHas))
	if s, ok := c.side.(spectra); ok {
		_, counts := s.target()
		last.Others = map[string]*graph.Node{"spectra": s.lambda(r)}
		out.Truth.Others = map[string]*graph.Node{"spectra": s.complete}
		out.Counts = map[string]*graph.Node{"spectra": counts}
	}
	out.States = append(out.States, last)
	return out
}
