package metric

import (
	"math"
	"slices"
	"sort"

	"gsdnet/metric/internal/numbers"
)

// Constant predicts the same for every utterance, having seen nothing but the
// training labels. Its rows stand under every table: a model has to beat them.
type Constant struct {
	mean    float64
	sign    float64   // −1 or 1, the more frequent sign of labels other than 0
	side    float64   // −1 or 1, the more frequent side, 0 counting as positive
	seventh float64   // the most frequent of the seven classes, −3 to 3
	sorted  []float64 // the training labels
	sums    []float64 // sums[i] = Σ of sorted[:i]
}

// FitConstant fits the constant predictor to training labels, NaN skipped. Of
// equally frequent classes the lower one is taken. Without any label its rows are
// NaN.
func FitConstant(train []float64) Constant {
	c := Constant{sums: []float64{0}}
	var signs, sides [2]int
	var sevenths [7]int
	for _, y := range train {
		if math.IsNaN(y) {
			continue
		}
		c.sorted = append(c.sorted, y)
		sevenths[numbers.Seventh(y)]++
		sides[index(y >= 0)]++
		if y != 0 {
			signs[index(y > 0)]++
		}
	}
	slices.Sort(c.sorted)
	for i, y := range c.sorted {
		c.sums = append(c.sums, c.sums[i]+y)
	}
	n := len(c.sorted)
	c.mean = c.sums[n] / float64(n) // NaN of no labels
	c.sign = numbers.OrNaN(float64(2*numbers.Most(signs[:])-1), n > 0)
	c.side = numbers.OrNaN(float64(2*numbers.Most(sides[:])-1), n > 0)
	c.seventh = numbers.OrNaN(float64(numbers.Most(sevenths[:])-3), n > 0)
	return c
}

// Mean returns the row of the mean predictor. Its CRPS is that of the training
// labels as the predictive distribution of every utterance (climatology), the
// best that a constant can honestly claim.
func (c Constant) Mean(labels []float64) Scores {
	s := Evaluate(labels, repeat(c.mean, len(labels)), nil)
	losses := make([]float64, len(labels))
	n := float64(len(c.sorted))
	gap := numbers.MeanGap(c.sorted) * (n - 1) / n // over all pairs, an x with itself included
	for i, y := range labels {
		losses[i] = c.meanDistance(y) - gap/2
	}
	s.Values["crps"] = meanLabelled(labels, losses)
	return s
}

// Majority returns the row of the majority predictor: the more frequent sign for
// ACC2 and F1, the more frequent side of zero for ACC2Has0, and the most frequent
// of the seven classes for everything else.
func (c Constant) Majority(labels []float64) Scores {
	s := Evaluate(labels, repeat(c.seventh, len(labels)), nil)
	for _, m := range ofScores.metrics() {
		if m.majority != nil {
			s.Values[m.Key] = m.Score(labels, repeat(m.majority(c), len(labels)), nil)
		}
	}
	return s
}

// meanDistance returns the mean of |x−y| over the training labels x.
func (c Constant) meanDistance(y float64) float64 {
	n := len(c.sorted)
	below := sort.SearchFloat64s(c.sorted, y)
	left := y*float64(below) - c.sums[below]
	right := c.sums[n] - c.sums[below] - y*float64(n-below)
	return (left + right) / float64(n)
}

func index(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func repeat[T any](x T, n int) []T {
	return slices.Repeat([]T{x}, n)
}
