package classes_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/metric/scores"
)

var nan = math.NaN()

// near wants two numbers equal to a part in 10¹⁰, NaN being equal to NaN.
func near(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-10*max(1, math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestClassesByHand(t *testing.T) {
	for _, c := range []struct {
		name          string
		labels, preds []int32
		wa, ua, f1    float64
	}{
		{
			// Recall 2/3, 1/2, 1. F1 = 2·right/(support + predicted): 2·2/(3+2),
			// 2·1/(2+2), 2·1/(1+2).
			"three classes", []int32{0, 0, 0, 1, 1, 2}, []int32{0, 0, 1, 1, 2, 2},
			4.0 / 6, (2.0/3 + 1.0/2 + 1) / 3, (3*4.0/5 + 2*2.0/4 + 1*2.0/3) / 6,
		},
		{"a class that does not occur has no say", []int32{0, 0, 2}, []int32{0, 1, 2}, 2.0 / 3, 0.75, (2*2.0/3 + 1) / 3},
		{"one class said for all", []int32{0, 1, 1, 1}, []int32{1, 1, 1, 1}, 0.75, 0.5, 3 * (6.0 / 7) / 4},
		{"a class that is never said has F1 0", []int32{0, 1}, []int32{1, 0}, 0, 0, 0},
		{"unlabelled rows are skipped", []int32{-1, 1, -1}, []int32{0, 1, -1}, 1, 1, 1},
		{"nothing", nil, nil, nan, nan, nan},
		{"nothing labelled", []int32{-1}, []int32{2}, nan, nan, nan},
	} {
		t.Run(c.name, func(t *testing.T) {
			near(t, "WA", classes.WA(c.labels, c.preds), c.wa)
			near(t, "UA", classes.UA(c.labels, c.preds), c.ua)
			near(t, "WeightedF1", classes.WeightedF1(c.labels, c.preds), c.f1)
		})
	}
}

func TestTwoClassesAreTheSignsOfScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		y, p := make([]int32, n), make([]int32, n)
		labels, preds := make([]float64, n), make([]float64, n)
		for i := range n {
			y[i], p[i] = rapid.Int32Range(0, 1).Draw(t, "label"), rapid.Int32Range(0, 1).Draw(t, "pred")
			labels[i], preds[i] = float64(2*y[i]-1), float64(2*p[i]-1)
		}
		got := metric.EvaluateClasses(y, p, nil)
		near(t, "WA", got.Get("wa"), scores.ACC2(labels, preds))
		near(t, "F1", got.Get("weighted_f1"), scores.F1(labels, preds))
	})
}

func TestCalibrationErrorByHand(t *testing.T) {
	// Two bins. Upper: confidence .9 right, .7 wrong: |1 − 1.6|; lower: .5 right
	// (the upper edge is the bin's own), .3 wrong: |1 − .8|. Sum .8 of 4.
	labels := []int32{0, 1, 2, 0, -1}
	preds := []int32{0, 0, 2, 1, 0}
	probs := [][]float64{{0.9, 0.1, 0}, {0.7, 0.2, 0.1}, {0.3, 0.2, 0.5}, {0.4, 0.3, 0.3}, {nan, 0, 0}}
	near(t, "ECE", classes.ECE(labels, preds, probs, 2), 0.2)
	near(t, "ECE in one bin", classes.ECE(labels, preds, probs, 1), 0.1)

	certain := [][]float64{{1, 0}, {0, 1}}
	near(t, "right and certain", classes.ECE([]int32{0, 1}, []int32{0, 1}, certain, classes.Bins), 0)
	near(t, "wrong and certain", classes.ECE([]int32{1, 0}, []int32{0, 1}, certain, classes.Bins), 1)
	near(t, "nothing", classes.ECE(nil, nil, nil, classes.Bins), nan)
	near(t, "not a number", classes.ECE([]int32{0}, []int32{0}, [][]float64{{nan, 0}}, classes.Bins), nan)
	near(t, "no probabilities", metric.EvaluateClasses([]int32{0}, []int32{0}, nil).Get("ece"), nan)
}

func TestNegativePredictedClassPanics(t *testing.T) {
	defer func() {
		if got, want := recover(), "metric: row 1: predicted class -1"; got != want {
			t.Errorf("got panic %v, want %q", got, want)
		}
	}()
	classes.WA([]int32{0, 1}, []int32{0, -1})
}

func TestMajority(t *testing.T) {
	for _, c := range []struct {
		train []int32
		want  int32
	}{{[]int32{2, 1, 2, -1, -1, -1}, 2}, {[]int32{3, 1, 1, 3}, 1}, {[]int32{-1}, -1}, {nil, -1}} {
		if got := classes.Majority(c.train); got != c.want {
			t.Errorf("Majority(%v): got %d, want %d", c.train, got, c.want)
		}
	}
}
