// Package metric scores predictions, per utterance over a whole split and never
// averaged over batches. It is pure: slices in, numbers out.
//
// Start reading at Evaluate, which gives every score of a sentiment split at once
// (Scores); EvaluateClasses does it for emotion classes. Mixture is the predictive
// distribution of a model that says how sure it is, Calibrate checks its
// intervals, Recover scores imputed features, FitConstant is the predictor that
// knows nothing but the training labels, and Bootstrap says whether a difference
// between two models could be chance.
//
// Draws of features, which a model gives when it samples, are scored by package
// metric/draws.
//
// Labels are scores in [−3,3]; a NaN label (a class below 0) means unlabelled and
// its row is skipped. A NaN prediction of a labelled row makes the metric NaN: a
// model that diverged has no score. A metric of no rows at all is NaN, which JSON
// shows as null. Slices of different lengths are a mistake of the program and
// panic.
package metric

import (
	"fmt"
	"iter"
	"math"
)

// labelled ranges over the pairs (label, prediction) that have a label.
func labelled(labels, preds []float64) iter.Seq2[float64, float64] {
	sameLength(len(labels), len(preds))
	return func(yield func(y, p float64) bool) {
		for i, y := range labels {
			if !math.IsNaN(y) && !yield(y, preds[i]) {
				return
			}
		}
	}
}

func sameLength(labels, others int) {
	if labels != others {
		panic(fmt.Sprintf("metric: %d labels but %d predictions", labels, others))
	}
}

// confusion counts utterances by [true class][predicted class].
type confusion [][]int

func newConfusion(classes int) confusion {
	c := make(confusion, classes)
	for i := range c {
		c[i] = make([]int, classes)
	}
	return c
}

// total returns the number of utterances.
func (c confusion) total() (n int) {
	for i := range c {
		n += c.support(i)
	}
	return n
}

// support returns how many utterances are of class i.
func (c confusion) support(i int) (n int) {
	for _, k := range c[i] {
		n += k
	}
	return n
}

// predicted returns how many utterances are said to be of class i.
func (c confusion) predicted(i int) (n int) {
	for _, row := range c {
		n += row[i]
	}
	return n
}

// accuracy is Σᵢ c[i][i] / total, NaN of nothing.
func (c confusion) accuracy() float64 {
	right := 0
	for i := range c {
		right += c[i][i]
	}
	return float64(right) / float64(c.total())
}

// recall is the mean over the classes with support of c[i][i] / support, NaN of
// nothing.
func (c confusion) recall() float64 {
	sum, classes := 0.0, 0
	for i := range c {
		if n := c.support(i); n > 0 {
			sum += float64(c[i][i]) / float64(n)
			classes++
		}
	}
	return sum / float64(classes)
}

// weightedF1 is Σᵢ supportᵢ·F1ᵢ / Σᵢ supportᵢ with
// F1ᵢ = 2·c[i][i] / (supportᵢ + predictedᵢ); NaN of nothing. A class that is
// never predicted has F1 0, one without support has weight 0.
func (c confusion) weightedF1() float64 {
	sum := 0.0
	for i := range c {
		if n := c.support(i); n > 0 {
			sum += float64(n) * 2 * float64(c[i][i]) / float64(n+c.predicted(i))
		}
	}
	return sum / float64(c.total())
}
