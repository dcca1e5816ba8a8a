package numbers

import (
	"fmt"
	"iter"
	"math"
	"slices"
)

// SameLength panics unless there are as many predictions, or other values, as labels.
func SameLength(labels, others int) {
	if labels != others {
		panic(fmt.Sprintf("metric: %d labels but %d predictions", labels, others))
	}
}

// SameShape panics unless withheld and recovered features [row][feature] have one shape.
func SameShape(withheld, recovered [][]float64) {
	SameLength(len(withheld), len(recovered))
	for i := range withheld {
		if len(withheld[i]) != len(recovered[i]) {
			panic(fmt.Sprintf("metric: row %d: %d features withheld, %d recovered", i, len(withheld[i]), len(recovered[i])))
		}
	}
}

// Labelled ranges over the pairs (label, prediction) whose label is not NaN. Slices of
// different lengths panic.
func Labelled(labels, preds []float64) iter.Seq2[float64, float64] {
	SameLength(len(labels), len(preds))
	return func(yield func(y, p float64) bool) {
		for i, y := range labels {
			if !math.IsNaN(y) && !yield(y, preds[i]) {
				return
			}
		}
	}
}

// Seventh returns the class of a score v among seven, 0 for −3 to 6 for 3: v clipped to
// [−3,3] and rounded half to even.
func Seventh(v float64) int {
	return 3 + int(math.RoundToEven(max(-3, min(3, v))))
}

// Most returns the index of the largest count, the first of equals.
func Most(counts []int) int { return slices.Index(counts, slices.Max(counts)) }
