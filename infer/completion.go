package infer

import (
	"context"

	"gsdnet/erc"
	"gsdnet/metric/draws"
)

// collector keeps the withheld cells of a mask and what each draw says in their place, in
// the coordinates of a Space.
type collector struct {
	space *Space
	place [erc.NumModalities][][]int // row of a cell of conversation and utterance; -1 of others
	cells [erc.NumModalities]draws.Cells
}

// newCollector lists the cells that samples have and their observed versions do not, for
// a number of draws.
func newCollector(space *Space, samples []Sample, convs []Observed, number int) *collector {
	c := &collector{space: space}
	for _, m := range erc.Modalities {
		if space.Axes(m) == 0 {
			continue
		}
		to := &c.cells[m]
		c.place[m] = make([][]int, len(samples))
		for i := range samples {
			c.place[m][i] = make([]int, samples[i].Len())
			for u, has := range samples[i].Present() {
				c.place[m][i][u] = -1
				if has.Has(m) && !convs[i].Present[u].Has(m) {
					c.place[m][i][u] = len(to.Truth)
					to.Truth = append(to.Truth, space.Project(m, samples[i].Truth.Features[m][u]))
					to.Conversations = append(to.Conversations, samples[i].Source.ID)
					to.Positions = append(to.Positions, u)
				}
			}
		}
		to.Draws = make([][][]float64, number)
		for k := range to.Draws {
			to.Draws[k] = make([][]float64, len(to.Truth))
		}
	}
	return c
}

// add takes in draw k of the utterances of conversation i that begin with utterance from.
func (c *collector) add(i, from, k int, d Draw) {
	for _, m := range erc.Modalities {
		if c.place[m] == nil {
			continue
		}
		for u, row := range d.Sampled[m] {
			if at := c.place[m][i][from+u]; at >= 0 {
				c.cells[m].Draws[k][at] = c.space.Project(m, row)
			}
		}
	}
}

// score returns the scores of the completion and what the conversations contribute to
// them. forecasts have the means over the draws.
func (c *collector) score(samples []Sample, forecasts []Prediction) (*draws.Completion, []draws.Contribution) {
	found := map[string]*draws.Completion{}
	var contributions []draws.Contribution
	for _, m := range erc.Modalities {
		cells := &c.cells[m]
		if len(cells.Truth) == 0 {
			continue
		}
		cells.RawSquares = make([]float64, len(cells.Truth))
		for i := range samples {
			for u, at := range c.place[m][i] {
				if at >= 0 {
					cells.RawSquares[at] = meanSquare(samples[i].Truth.Features[m][u], forecasts[i].Mean[m][u])
				}
			}
		}
		var own []draws.Contribution
		found[m.String()], own = draws.Measure(m.String(), cells)
		contributions = append(contributions, own...)
	}
	return draws.Together(found), contributions
}

// meanSquare is the mean squared difference of two rows.
func meanSquare(x []float32, y []float64) float64 {
	sum := 0.0
	for j := range x {
		d := float64(x[j]) - y[j]
		sum += d * d / float64(len(x))
	}
	return sum
}

// scoreSpace returns the space of a corpus's training split, nil if it has none. The space
// of the last corpus is kept.
func (t *Trained) scoreSpace(ctx context.Context, c *erc.Corpus) (*Space, error) {
	t.spaces.Lock()
	defer t.spaces.Unlock()
	if t.spaceOf == c {
		return t.space, nil
	}
	training := c.In(erc.Train)
	if len(training) == 0 {
		return nil, nil
	}
	samples, err := t.Samples(c, training)
	if err != nil {
		return nil, err
	}
	space, err := FitSpace(ctx, samples)
	if err == nil {
		t.space, t.spaceOf = space, c
	}
	return space, err
}
