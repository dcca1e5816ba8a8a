package figure

import (
	"math"
	"slices"
)

// How far out a series lies to be left off the picture: so many times the spread
// of the others, the median distance of series from the middle one.
const (
	farOut     = 12
	fewestSets = 4 // below it there is no telling which one is odd
)

// offScale says which series lie so far from the others, a model that diverged,
// say, that drawing them would press all others into a line. They are named in the
// legend instead.
func (c *Chart) offScale() []bool {
	off := make([]bool, len(c.Series))
	var middles []float64
	for i := range c.Series {
		if m := median(c.Series[i].Y); !math.IsNaN(m) {
			middles = append(middles, m)
		}
	}
	if len(middles) < fewestSets {
		return off
	}
	centre := median(middles)
	distances := make([]float64, len(middles))
	for i, m := range middles {
		distances[i] = math.Abs(m - centre)
	}
	spread := median(distances)
	for i, s := range c.Series {
		off[i] = !s.Accent && !s.Ground && spread > 0 && math.Abs(median(s.Y)-centre) > farOut*spread
	}
	return off
}

// median of the values that are numbers, NaN of none.
func median(values []float64) float64 {
	var sorted []float64
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			sorted = append(sorted, v)
		}
	}
	if len(sorted) == 0 {
		return math.NaN()
	}
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
