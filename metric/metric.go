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
// The metrics themselves are functions in the packages scores (of sentiment scores),
// classes (of emotion classes) and recovery (of recovered features); Metric declares them.
// Package draws scores several draws of the same features.
//
// Labels are scores in [−3,3]; a NaN label (a class below 0) means unlabelled and
// its row is skipped. A NaN prediction of a labelled row makes the metric NaN: a
// model that diverged has no score. A metric of no rows at all is NaN, which JSON
// shows as null. Slices of different lengths are a mistake of the program and
// panic.
package metric

import (
	"iter"

	"gsdnet/metric/internal/numbers"
)

// labelled ranges over the pairs (label, prediction) that have a label.
func labelled(labels, preds []float64) iter.Seq2[float64, float64] {
	return numbers.Labelled(labels, preds)
}
