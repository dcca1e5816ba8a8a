// Package scores has the metrics of predicted sentiment scores in [−3,3], one function for
// each. A NaN label means unlabelled, and its row is skipped; a NaN prediction of a
// labelled row makes the metric NaN, and so do slices without a labelled row.
//
// Start reading at MAE.
package scores

import (
	"math"

	"gsdnet/metric/internal/confusion"
	"gsdnet/metric/internal/numbers"
)

// ACC2 is the share of utterances with a label other than 0 whose sign is right:
// label > 0 against prediction > 0, so that a prediction of exactly 0 counts as
// negative. It is the "negative/positive" accuracy of MulT and its successors.
func ACC2(labels, preds []float64) float64 {
	c, ok := signs(labels, preds)
	return numbers.OrNaN(c.Accuracy(), ok)
}

// F1 is the weighted F1 of the two classes of ACC2, on the same utterances:
// Σ support·F1 / Σ support over negative and positive, an undefined F1 being 0.
func F1(labels, preds []float64) float64 {
	c, ok := signs(labels, preds)
	return numbers.OrNaN(c.WeightedF1(), ok)
}

// ACC2Has0 is the share of all utterances on the right side of zero, zero counting
// as positive: label ≥ 0 against prediction ≥ 0.
func ACC2Has0(labels, preds []float64) float64 {
	c, ok := confuse(labels, preds, 2, func(v float64) int {
		if v >= 0 {
			return 1
		}
		return 0
	})
	return numbers.OrNaN(c.Accuracy(), ok)
}

// ACC7 is the share of utterances in the right one of seven classes: label and
// prediction clipped to [−3,3] and rounded half to even (0.5 → 0, 1.5 → 2).
func ACC7(labels, preds []float64) float64 {
	c, ok := confuse(labels, preds, 7, numbers.Seventh)
	return numbers.OrNaN(c.Accuracy(), ok)
}

// MAE is the mean of |label − prediction|.
func MAE(labels, preds []float64) float64 {
	sum, n := 0.0, 0
	for y, p := range numbers.Labelled(labels, preds) {
		sum += math.Abs(y - p)
		n++
	}
	return sum / float64(n)
}

// Corr is Pearson's correlation of labels and predictions. Where it is undefined
// because either does not vary (a constant predictor, a single utterance) it is 0:
// such a prediction explains nothing, and a NaN would spoil every mean it enters.
func Corr(labels, preds []float64) float64 {
	var meanY, meanP, n float64
	for y, p := range numbers.Labelled(labels, preds) {
		n++
		meanY += (y - meanY) / n
		meanP += (p - meanP) / n
	}
	if n == 0 || math.IsNaN(meanP) || math.IsInf(meanP, 0) {
		return math.NaN()
	}
	var yy, pp, yp float64
	var first [2]float64
	seen, variesY, variesP := false, false, false
	for y, p := range numbers.Labelled(labels, preds) {
		if !seen {
			first, seen = [2]float64{y, p}, true
		}
		variesY, variesP = variesY || y != first[0], variesP || p != first[1]
		dy, dp := y-meanY, p-meanP
		yy, pp, yp = yy+dy*dy, pp+dp*dp, yp+dy*dp
	}
	if !variesY || !variesP || yy == 0 || pp == 0 {
		return 0
	}
	return max(-1, min(1, yp/(math.Sqrt(yy)*math.Sqrt(pp))))
}

// AbsoluteErrors returns |label − prediction| of every utterance, NaN where there
// is no label; MAE is their mean.
func AbsoluteErrors(labels, preds []float64) []float64 {
	numbers.SameLength(len(labels), len(preds))
	out := make([]float64, len(labels))
	for i, y := range labels {
		out[i] = math.Abs(y - preds[i])
	}
	return out
}

// signs confuses negative and positive, on labels other than 0.
func signs(labels, preds []float64) (confusion.Matrix, bool) {
	numbers.SameLength(len(labels), len(preds))
	nonzero := make([]float64, len(labels))
	for i, y := range labels {
		nonzero[i] = y
		if y == 0 {
			nonzero[i] = math.NaN()
		}
	}
	return confuse(nonzero, preds, 2, func(v float64) int {
		if v > 0 {
			return 1
		}
		return 0
	})
}

// confuse sorts labels and predictions into classes; it is false if a prediction
// is NaN.
func confuse(labels, preds []float64, classes int, class func(float64) int) (confusion.Matrix, bool) {
	c, ok := confusion.New(classes), true
	for y, p := range numbers.Labelled(labels, preds) {
		if math.IsNaN(p) {
			ok = false
			continue
		}
		c[class(y)][class(p)]++
	}
	return c, ok
}
