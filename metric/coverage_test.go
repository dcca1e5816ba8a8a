package metric_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/metric"
)

func TestCoverByHand(t *testing.T) {
	// Ends are inside; the unlabelled row counts for nothing.
	got := metric.Cover(0.8, []float64{0, 1, 2, 3, nan}, []float64{0, 0, 0, 0, -9}, []float64{1, 1, 1, 4, 9})
	if want := (metric.Coverage{Level: 0.8, N: 4, Covered: 0.75, Width: 7.0 / 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	empty := metric.Cover(0.8, nil, nil, nil)
	near(t, "covered of nothing", empty.Covered, nan)
	near(t, "NaN end", metric.Cover(0.5, []float64{0, 0}, []float64{-1, nan}, []float64{1, 1}).Covered, nan)
}

func TestCalibratedDistributionsCoverWhatTheySay(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var labels []float64
	var dists []metric.Mixture
	for range 5000 {
		m := metric.Mixture{{rng.NormFloat64(), 0.1 + rng.Float64()}, {rng.NormFloat64(), 0.5}}
		labels, dists = append(labels, sample(m, rng)), append(dists, m)
	}
	got := metric.Calibrate(labels, dists)
	if len(got) != 3 {
		t.Fatalf("got %d levels, want 3", len(got))
	}
	for i, c := range got {
		// Four standard deviations of a share of 5000.
		if want := metric.Levels[i]; c.Level != want || math.Abs(c.Covered-want) > 4*math.Sqrt(want*(1-want)/5000) {
			t.Errorf("level %g: got %+v", want, c)
		}
		if i > 0 && c.Width <= got[i-1].Width {
			t.Errorf("level %g is no wider than %g", c.Level, got[i-1].Level)
		}
	}

	// A single Laplace of scale b has the central interval ±b·ln(1/(1−level)).
	exact := metric.Calibrate([]float64{0.5, -0.8, nan}, []metric.Mixture{{{0, 1}}, {{0, 1}}, nil}, 0.5)
	want := []metric.Coverage{{Level: 0.5, N: 2, Covered: 0.5, Width: 2 * math.Ln2}}
	if diff := cmp.Diff(want, exact, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("level 80 did not panic")
		}
	}()
	metric.Calibrate(nil, nil, 80)
}

func TestRecoveryByHand(t *testing.T) {
	withheld := [][]float64{{1, 0}, {0, 2}, {1, 1}, {0, 0}}
	recovered := [][]float64{{2, 0}, {0, -1}, {1, 0}, {1, 1}}
	got := metric.Recover(withheld, recovered)
	want := metric.Recovery{N: 4, Values: metric.Values{"rmse": math.Sqrt((1.0 + 9 + 1 + 2) / 8), "cosine": (math.Sqrt2/2 + 0) / 4}}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	same := metric.Recover(withheld[:3], withheld[:3])
	near(t, "RMSE of itself", same.Get("rmse"), 0)
	near(t, "cosine of itself", same.Get("cosine"), 1)
}

// Values drawn from the normal distributions that are said of them fall into the
// intervals as often as these say; twice as wide, more often.
func TestCoverNormal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var values, means, deviations, wide [][]float64
	for range 200 {
		x, mean, deviation, twice := make([]float64, 50), make([]float64, 50), make([]float64, 50), make([]float64, 50)
		for j := range x {
			mean[j], deviation[j] = rng.NormFloat64(), 0.5+rng.Float64()
			x[j], twice[j] = mean[j]+deviation[j]*rng.NormFloat64(), 2*deviation[j]
		}
		values, means, deviations, wide = append(values, x), append(means, mean), append(deviations, deviation), append(wide, twice)
	}
	for k, c := range metric.CoverNormal(values, means, deviations) {
		if math.Abs(c.Covered-c.Level) > 0.015 || c.N != 10000 {
			t.Errorf("level %g: holds %.3f of %d", c.Level, c.Covered, c.N)
		}
		if w := metric.CoverNormal(values, means, wide)[k]; w.Covered <= c.Covered || math.Abs(w.Width-2*c.Width) > 1e-9 {
			t.Errorf("level %g, twice as wide: holds %.3f, width %.3f of %.3f", c.Level, w.Covered, w.Width, c.Width)
		}
	}
}
