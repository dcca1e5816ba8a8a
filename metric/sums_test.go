package metric_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/metric"
)

// A bootstrap of sums gives the interval that one of whole rows gives, for every metric that
// declares sums: on several strata, with labels that are missing or 0, and with constant
// predictions.
func TestSumsGiveTheIntervalOfTheirMetric(t *testing.T) {
	tested := 0
	for _, m := range metric.All() {
		if m.Sums == nil {
			continue
		}
		tested++
		for name, constant := range map[string]bool{"two models": false, "a constant": true} {
			t.Run(m.Key+", "+name, func(t *testing.T) {
				labels, a, b, groups, strata := severalStrata(m.Class != nil, constant)
				boot := metric.Bootstrap{Groups: groups, Replicates: 300, Seed: 4}
				classes := 0
				if m.Class != nil {
					classes = 4
				}
				got := boot.Sums(m.Sums, classes, strata, labels, a, b)
				want := boot.Function(len(labels), func(rows []int) float64 {
					sum := 0.0
					for k := range 3 {
						sum += (ofRows(m, rows, strata, k, labels, a) - ofRows(m, rows, strata, k, labels, b)) / 3
					}
					return sum
				})
				if math.IsNaN(want.Low) || want.Low == want.High {
					t.Fatalf("the test compares nothing: %+v", want)
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
					t.Errorf("(-rows +sums):\n%s", diff)
				}
			})
		}
	}
	if tested < 4 {
		t.Errorf("only %d metrics declare sums", tested)
	}
}

func TestSumsOfAPredictionThatIsNotANumber(t *testing.T) {
	labels, a, b, groups, strata := severalStrata(false, false)
	a[5] = math.NaN()
	labels[5] = 1
	if d := (metric.Bootstrap{Groups: groups}).Sums(metric.Lookup("corr").Sums, 0, strata, labels, a, b); !math.IsNaN(d.Diff) || !math.IsNaN(d.Low) {
		t.Errorf("got %+v, want a difference that is not a number", d)
	}
}

// severalStrata draws labels, predictions of two models, conversations and three strata; the
// second model predicts a constant if asked to.
func severalStrata(classes, constant bool) (labels, a, b []float64, groups []int32, strata []int) {
	rng := rand.New(rand.NewPCG(3, 14))
	for i := range 360 {
		y := math.Round(2*rng.NormFloat64()) / 2
		p, q := y+rng.NormFloat64(), y+2*rng.NormFloat64()
		if classes {
			y, p, q = float64(rng.IntN(4)), float64(rng.IntN(4)), float64(rng.IntN(4))
			if rng.IntN(2) == 0 {
				p = y
			}
		}
		if constant {
			q = 0.1
			if classes {
				q = 2
			}
		}
		if rng.IntN(10) == 0 {
			if y = math.NaN(); classes {
				y = -1
			}
		}
		labels, a, b = append(labels, y), append(a, p), append(b, q)
		groups, strata = append(groups, int32(i/3%12)), append(strata, i%3)
	}
	return labels, a, b, groups, strata
}

// ofRows is a metric of the rows of one stratum.
func ofRows(m metric.Metric, rows, strata []int, stratum int, labels, predictions []float64) float64 {
	var y, p []float64
	var yc, pc []int32
	for _, i := range rows {
		if strata[i] == stratum {
			y, p = append(y, labels[i]), append(p, predictions[i])
			if m.Class != nil {
				yc, pc = append(yc, int32(labels[i])), append(pc, int32(predictions[i]))
			}
		}
	}
	if m.Class != nil {
		return m.Class(yc, pc, nil)
	}
	return m.Score(y, p, nil)
}
