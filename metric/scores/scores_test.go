package scores_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

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

type scoreMetric = func(labels, preds []float64) float64

var scoreMetrics = map[string]scoreMetric{
	"ACC2": scores.ACC2, "F1": scores.F1, "ACC2Has0": scores.ACC2Has0,
	"ACC7": scores.ACC7, "MAE": scores.MAE, "Corr": scores.Corr,
}

func TestScoresByHand(t *testing.T) {
	for _, c := range []struct {
		name          string
		labels, preds []float64
		want          map[string]float64
	}{
		{
			// Labels other than 0: (2,+) (−1,−) (−2,+) (1,0 → −): 2 of 4 right.
			// Positive: tp 1, fp 1, fn 1, F1 ½, as negative.
			"one of each", []float64{2, -1, 0, -2, 1}, []float64{1.4, -0.2, -1, 0.1, 0},
			map[string]float64{"ACC2": 0.5, "F1": 0.5, "ACC2Has0": 0.6, "ACC7": 0, "MAE": (0.6 + 0.8 + 1 + 2.1 + 1) / 5},
		},
		{
			// Three positives all found, one of two negatives: positive F1 6/7 with
			// support 3, negative F1 2/3 with support 2.
			"weighted", []float64{1, 2, 3, -1, -2}, []float64{1, 1, 1, 1, -1},
			map[string]float64{"ACC2": 0.8, "F1": (3*6.0/7 + 2*2.0/3) / 5, "ACC2Has0": 0.8, "ACC7": 0.2, "MAE": 6.0 / 5},
		},
		{
			"zero counts as negative in ACC2, as positive in ACC2Has0",
			[]float64{-1, 1, 0}, []float64{0, 0, 0},
			map[string]float64{"ACC2": 0.5, "F1": 1.0 / 3, "ACC2Has0": 2.0 / 3, "ACC7": 1.0 / 3, "MAE": 2.0 / 3, "Corr": 0},
		},
		{
			"half to even, clipped first",
			[]float64{0, 2, 2, -2, 3, -3, 0.5, 2.5}, []float64{0.5, 1.5, 2.5, -1.5, 3.6, -9, -0.5, 1.6},
			map[string]float64{"ACC7": 1},
		},
		{
			"half is not up", []float64{1, 1, 3, 3}, []float64{0.5, 1.5, 2.5, 2.51},
			map[string]float64{"ACC7": 0.25},
		},
		{
			"unlabelled rows are skipped, whatever was predicted",
			[]float64{nan, 2, nan, -2}, []float64{-3, 2, nan, -2},
			map[string]float64{"ACC2": 1, "F1": 1, "ACC2Has0": 1, "ACC7": 1, "MAE": 0, "Corr": 1},
		},
		{
			"one class only", []float64{-1, -2, -3}, []float64{-1, -1, -1},
			map[string]float64{"ACC2": 1, "F1": 1, "ACC2Has0": 1, "ACC7": 1.0 / 3, "MAE": 1, "Corr": 0},
		},
		{
			"neutral labels only", []float64{0, 0}, []float64{0.2, -0.4},
			map[string]float64{"ACC2": nan, "F1": nan, "ACC2Has0": 0.5, "ACC7": 1, "MAE": 0.3, "Corr": 0},
		},
		{
			"nothing", nil, nil,
			map[string]float64{"ACC2": nan, "F1": nan, "ACC2Has0": nan, "ACC7": nan, "MAE": nan, "Corr": nan},
		},
		{
			"nothing labelled", []float64{nan}, []float64{1},
			map[string]float64{"ACC2": nan, "F1": nan, "ACC2Has0": nan, "ACC7": nan, "MAE": nan, "Corr": nan},
		},
		{
			"a prediction that is not a number", []float64{1, -1}, []float64{1, nan},
			map[string]float64{"ACC2": nan, "F1": nan, "ACC2Has0": nan, "ACC7": nan, "MAE": nan, "Corr": nan},
		},
		{
			"a constant that is no exact binary fraction", []float64{1, -1, 2}, []float64{0.1, 0.1, 0.1},
			map[string]float64{"Corr": 0},
		},
		{
			"a line falls", []float64{1, 2, 3}, []float64{0, -2, -4},
			map[string]float64{"Corr": -1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, want := range c.want {
				near(t, name, scoreMetrics[name](c.labels, c.preds), want)
			}
		})
	}
}

func TestAllNegativeOnTheTestSplitOfMOSI(t *testing.T) {
	// 379 negative and 277 positive of 686 utterances: accuracy 57.8 %, F1 42.3 %.
	labels := slices.Concat(slices.Repeat([]float64{-1}, 379), slices.Repeat([]float64{1}, 277), slices.Repeat([]float64{0}, 30))
	preds := slices.Repeat([]float64{-1}, len(labels))
	if got := fmt.Sprintf("%.1f %.1f", 100*scores.ACC2(labels, preds), 100*scores.F1(labels, preds)); got != "57.8 42.3" {
		t.Errorf("got %s, want 57.8 42.3", got)
	}
}

// quarters draws labels or predictions that hit zeros and ties often.
func quarters(n int) *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.IntRange(-14, 14).Draw(t, "quarter")) / 4
	}), n, n)
}

func TestScoresAgreeWithOtherImplementations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		y, p := quarters(n).Draw(t, "labels"), quarters(n).Draw(t, "preds")

		var yes, no []bool // label > 0, prediction > 0, on labels other than 0
		seven := 0.0
		for i := range y {
			if y[i] != 0 {
				yes, no = append(yes, y[i] > 0), append(no, p[i] > 0)
			}
			if digit(y[i]) == digit(p[i]) {
				seven++
			}
		}
		near(t, "ACC7", scores.ACC7(y, p), seven/float64(n))
		near(t, "ACC2", scores.ACC2(y, p), agreement(yes, no))
		near(t, "F1", scores.F1(y, p), precisionRecallF1(yes, no))
		if want := stat.Correlation(y, p, nil); !math.IsNaN(want) {
			near(t, "Corr", scores.Corr(y, p), want)
		}
		if got := scores.Corr(y, p); got < -1 || got > 1 {
			t.Errorf("Corr: got %v", got)
		}
	})
}

// digit is the class of ACC7 by decimal printing, which rounds half to even too.
func digit(v float64) string {
	s := strconv.FormatFloat(min(max(v, -3), 3), 'f', 0, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

func agreement(truth, said []bool) float64 {
	right := 0.0
	for i := range truth {
		if truth[i] == said[i] {
			right++
		}
	}
	return right / float64(len(truth))
}

// precisionRecallF1 is weighted F1 from precision and recall, as textbooks have it.
func precisionRecallF1(truth, said []bool) float64 {
	sum := 0.0
	for _, class := range []bool{false, true} {
		var tp, fp, fn float64
		for i := range truth {
			switch {
			case truth[i] == class && said[i] == class:
				tp++
			case said[i] == class:
				fp++
			case truth[i] == class:
				fn++
			}
		}
		if tp > 0 {
			precision, recall := tp/(tp+fp), tp/(tp+fn)
			sum += (tp + fn) * 2 * precision * recall / (precision + recall)
		}
	}
	return sum / float64(len(truth))
}

func TestScoresDoNotDependOnTheOrderOrOnUnlabelledRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		y, p := quarters(n).Draw(t, "labels"), quarters(n).Draw(t, "preds")
		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				yield(i)
			}
		})).Draw(t, "order")
		y2, p2 := []float64{nan}, []float64{7}
		for _, i := range order {
			y2, p2 = append(y2, y[i], nan), append(p2, p[i], nan)
		}
		for name, m := range scoreMetrics {
			near(t, name, m(y2, p2), m(y, p))
		}
	})
}

func TestDifferentLengthsPanic(t *testing.T) {
	for name, m := range scoreMetrics {
		func() {
			defer func() {
				if got, want := recover(), "metric: 2 labels but 1 predictions"; got != want {
					t.Errorf("%s: got panic %v, want %q", name, got, want)
				}
			}()
			m([]float64{1, 2}, []float64{1})
		}()
	}
}
