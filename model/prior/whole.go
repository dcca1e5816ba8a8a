package prior

import (
	"sync"

	"gsdnet/erc"
	"gsdnet/model"
)

// mostKept is how many coordinates of training conversations are kept, 8 bytes each.
const mostKept = 32 << 20

// wholeRows holds the coordinates of training conversations without what is withheld from
// them, which are the same in every epoch. A conversation is known by the array that its
// truth holds.
type wholeRows struct {
	mu    sync.Mutex
	of    map[*erc.Present][erc.NumModalities][][]float64
	count int
}

// whole returns the coordinates of everything that the corpus has of a conversation, nil
// where it has nothing. In training, the first call for a conversation computes them.
func (g *Gaussian) whole(truth *model.Truth) [erc.NumModalities][][]float64 {
	if !g.training() || len(truth.Present) == 0 {
		return g.coordinates(truth.Features, truth.Present)
	}
	key := &truth.Present[0]
	g.rows.mu.Lock()
	out, found := g.rows.of[key]
	g.rows.mu.Unlock()
	if found {
		return out
	}
	out = g.coordinates(truth.Features, truth.Present)
	size := len(truth.Present) * erc.NumModalities * g.Width()
	g.rows.mu.Lock()
	defer g.rows.mu.Unlock()
	if g.rows.count+size <= mostKept {
		if g.rows.of == nil {
			g.rows.of = map[*erc.Present][erc.NumModalities][][]float64{}
		}
		g.rows.of[key] = out
		g.rows.count += size
	}
	return out
}

// training reports whether the prior has the maps of the folds, which only training reads.
func (g *Gaussian) training() bool {
	for _, part := range g.parts {
		if part != nil && part.folds != nil {
			return true
		}
	}
	return false
}

// forget drops the coordinates that are kept, because the axes may be others.
func (g *Gaussian) forget() {
	g.rows.mu.Lock()
	defer g.rows.mu.Unlock()
	g.rows.of, g.rows.count = nil, 0
}
