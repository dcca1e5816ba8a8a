package draws_test

import (
	"slices"
	"testing"

	"gsdnet/metric/draws"
)

// part returns the cells of the conversations that it is told to keep.
func part(c *draws.Cells, keep func(conversation int32) bool) *draws.Cells {
	out := &draws.Cells{Draws: make([][][]float64, len(c.Draws))}
	for i, id := range c.Conversations {
		if !keep(id) {
			continue
		}
		out.Truth, out.Conversations, out.Positions = append(out.Truth, c.Truth[i]), append(out.Conversations, id), append(out.Positions, c.Positions[i])
		out.RawSquares = append(out.RawSquares, c.RawSquares[i])
		for k := range c.Draws {
			out.Draws[k] = append(out.Draws[k], c.Draws[k][i])
		}
	}
	return out
}

// The scores of parts of unequal size, pooled, are those of all conversations measured at
// once; scores that are no means over conversations lie between those of the parts.
func TestPoolPartsIsTheWhole(t *testing.T) {
	all := cells(9, 8, 0.7)
	whole, _ := draws.Measure("text", all)
	var parts []*draws.Completion
	var contributions []draws.Contribution
	for _, keep := range []func(int32) bool{
		func(id int32) bool { return id < 20 },
		func(id int32) bool { return id >= 20 },
	} {
		c, own := draws.Measure("text", part(all, keep))
		parts = append(parts, draws.Together(map[string]*draws.Completion{"text": c}))
		contributions = append(contributions, own...)
	}
	got := draws.PoolParts(append(parts, nil), contributions)
	if got.N != whole.N || got.Draws != whole.Draws {
		t.Errorf("got %d cells and %d draws, want %d and %d", got.N, got.Draws, whole.N, whole.Draws)
	}
	for _, s := range draws.Scores() {
		switch {
		case s.Share != nil:
			near(t, s.Key, s.Value(got), s.Value(whole))
		default:
			ends := []float64{s.Value(parts[0]), s.Value(parts[1])}
			if x := s.Value(got); x < slices.Min(ends)-1e-9 || x > slices.Max(ends)+1e-9 {
				t.Errorf("%s: got %g, which is not between %v", s.Key, x, ends)
			}
		}
	}
	for l := range whole.Coverage {
		near(t, "coverage", got.Coverage[l].Covered, whole.Coverage[l].Covered)
	}
	if draws.PoolParts([]*draws.Completion{nil}, nil) != nil {
		t.Error("a completion of no parts")
	}
}
