// Package classes has the metrics of predicted emotion classes, one function for each. A
// label below 0 means unlabelled, and its row is skipped; a metric without a labelled row
// is NaN.
//
// Start reading at WA.
package classes

import (
	"fmt"
	"math"
	"slices"

	"gsdnet/metric/internal/confusion"
	"gsdnet/metric/internal/numbers"
)

// Bins is the usual number of bins of the calibration error.
const Bins = 15

// WA is the share of utterances in the right class ("weighted accuracy" in the
// field's words: recall weighted by support).
func WA(labels, preds []int32) float64 { return confuse(labels, preds).Accuracy() }

// UA is the recall averaged over the classes that occur among the labels
// ("unweighted accuracy", UAR).
func UA(labels, preds []int32) float64 { return confuse(labels, preds).Recall() }

// WeightedF1 is Σ support·F1 / Σ support over classes. A class that is never
// predicted has F1 0.
func WeightedF1(labels, preds []int32) float64 { return confuse(labels, preds).WeightedF1() }

// confuse counts the labelled utterances by class. A prediction below 0 panics.
func confuse(labels, preds []int32) confusion.Matrix {
	numbers.SameLength(len(labels), len(preds))
	classes := int32(0)
	for i, y := range labels {
		if y >= 0 && preds[i] < 0 {
			panic(fmt.Sprintf("metric: row %d: predicted class %d", i, preds[i]))
		}
		classes = max(classes, y+1, preds[i]+1)
	}
	c := confusion.New(int(classes))
	for i, y := range labels {
		if y >= 0 {
			c[y][preds[i]]++
		}
	}
	return c
}

// ECE is the expected calibration error (Guo et al., ICML 2017, eq. 3):
// Σ_b n_b/n·|accuracy_b − confidence_b| over bins of equal width of the
// probability that was given to the predicted class, a bin holding its upper
// edge.
func ECE(labels, preds []int32, probs [][]float64, bins int) float64 {
	numbers.SameLength(len(labels), len(preds))
	numbers.SameLength(len(labels), len(probs))
	if bins < 1 {
		panic(fmt.Sprintf("metric: %d bins", bins))
	}
	excess := make([]float64, bins) // Σ (right − confidence) of each bin
	n := 0
	for i, y := range labels {
		if y < 0 {
			continue
		}
		confidence := probs[i][preds[i]]
		if math.IsNaN(confidence) {
			return math.NaN()
		}
		b := min(max(int(math.Ceil(confidence*float64(bins)))-1, 0), bins-1)
		excess[b] -= confidence
		if preds[i] == y {
			excess[b]++
		}
		n++
	}
	sum := 0.0
	for _, e := range excess {
		sum += math.Abs(e)
	}
	return sum / float64(n)
}

// Majority returns the most frequent class of training labels, the lowest of equals, and −1
// if none is labelled.
func Majority(train []int32) int32 {
	counts := make([]int, max(0, 1+slices.Max(append([]int32{-1}, train...))))
	for _, y := range train {
		if y >= 0 {
			counts[y]++
		}
	}
	if len(counts) == 0 {
		return -1
	}
	return int32(numbers.Most(counts))
}
