package metric

import (
	"fmt"
	"math"

	"gsdnet/metric/internal/numbers"
)

// Levels are the central intervals that are reported.
var Levels = [3]float64{0.5, 0.8, 0.95}

// Coverage says how often a central interval held the label. A calibrated one of
// level 0.8 holds 80 % of them; among those that do, the narrower is the better.
type Coverage struct {
	Level   float64 `json:"level"`
	N       int     `json:"n"`       // labelled utterances
	Covered float64 `json:"covered"` // share of labels in the interval, ends included
	Width   float64 `json:"width"`   // mean width, in the units of the label
}

// Cover counts the labels in intervals of a level. An interval with a NaN end
// makes the result NaN.
func Cover(level float64, labels, lows, highs []float64) Coverage {
	numbers.SameLength(len(labels), len(lows))
	numbers.SameLength(len(labels), len(highs))
	c := Coverage{Level: level}
	for i, y := range labels {
		if math.IsNaN(y) {
			continue
		}
		c.N++
		c.Width += highs[i] - lows[i]
		if lows[i] <= y && y <= highs[i] {
			c.Covered++
		}
	}
	c.Width /= float64(c.N)
	c.Covered = numbers.OrNaN(c.Covered/float64(c.N), !math.IsNaN(c.Width))
	return c
}

// CoverNormal returns the coverage of the central intervals of normal
// distributions, one for each of Levels: rows of values with the means and standard
// deviations that were said of them.
func CoverNormal(values, means, deviations [][]float64) []Coverage {
	numbers.SameShape(values, means)
	numbers.SameShape(values, deviations)
	out := make([]Coverage, len(Levels))
	for k, level := range Levels {
		reach := math.Sqrt2 * math.Erfinv(level)
		c := Coverage{Level: level}
		for i, row := range values {
			c.N += len(row)
			for j, x := range row {
				half := reach * deviations[i][j]
				c.Width += 2 * half
				if math.Abs(x-means[i][j]) <= half {
					c.Covered++
				}
			}
		}
		c.Width, c.Covered = c.Width/float64(c.N), c.Covered/float64(c.N)
		out[k] = c
	}
	return out
}

// Calibrate returns the coverage of the central intervals of predictive
// distributions, one for each level (none given: Levels). A level outside (0,1)
// panics.
func Calibrate(labels []float64, dists []Mixture, levels ...float64) []Coverage {
	numbers.SameLength(len(labels), len(dists))
	if len(levels) == 0 {
		levels = Levels[:]
	}
	var out []Coverage
	for _, level := range levels {
		if !(level > 0 && level < 1) {
			panic(fmt.Sprintf("metric: interval level %g", level))
		}
		lows, highs := make([]float64, len(labels)), make([]float64, len(labels))
		for i, y := range labels {
			if !math.IsNaN(y) {
				lows[i], highs[i] = dists[i].Interval(level)
			}
		}
		out = append(out, Cover(level, labels, lows, highs))
	}
	return out
}

// MarshalJSON writes a number that is not finite as null.
func (c Coverage) MarshalJSON() ([]byte, error) { return numbers.Marshal(c) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (c *Coverage) UnmarshalJSON(text []byte) error {
	type plain Coverage
	return numbers.Unmarshal(text, (*plain)(c))
}
