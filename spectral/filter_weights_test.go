package spectral_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// The conditional mean is linear in what is observed, with these weights: of any one
// component exactly, and of several in proportion to their importance.
func TestWeightsAreThoseOfTheMean(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 7))
		n, r := rapid.IntRange(1, 25).Draw(rt, "n"), 4
		speakers := rapid.IntRange(0, 4).Draw(rt, "speakers")
		missing := rapid.SampledFrom([]float64{0, 0.4, 0.8, 1}).Draw(rt, "missing")
		f, track := randomFilter(rng, r), randomTrack(rng, n, r, speakers, missing)
		p := condition(t, f, track)
		mean := p.Mean()
		mixed := make([][]float64, n)
		importance := []float64{0.5, 2, 0, 1.5}
		for i := range mixed {
			mixed[i] = make([]float64, n)
		}
		for j := range r {
			only := make([]float64, r)
			only[j] = 3
			weights := p.Weights(only)
			for i := range n {
				got := 0.0
				for o := range n {
					mixed[i][o] += importance[j] / 4 * weights[i][o]
					if track.Observed[o] {
						got += weights[i][o] * track.Rows[o][j]
					} else if weights[i][o] != 0 {
						rt.Errorf("row %d: got the weight %g of row %d, which is not observed, want 0", i, weights[i][o], o)
					}
				}
				if want := mean[i][j]; math.Abs(got-want) > tolerance {
					rt.Errorf("row %d, component %d: the weights give %g, want the mean %g", i, j, got, want)
				}
			}
		}
		for i, row := range p.Weights(importance) {
			for o, got := range row {
				if want := mixed[i][o]; math.Abs(got-want) > tolerance {
					rt.Errorf("weight of row %d in row %d: got %g, want %g", o, i, got, want)
				}
			}
		}
	})
}

// Without importance there are no weights but those of observed rows on themselves.
func TestWeightsWithoutImportance(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	f, track := randomFilter(rng, 3), randomTrack(rng, 12, 3, 2, 0.5)
	for i, row := range condition(t, f, track).Weights(make([]float64, 3)) {
		for o, got := range row {
			if want := i == o && track.Observed[i]; (got == 1) != want || !want && got != 0 {
				t.Errorf("weight of row %d in row %d: got %g", o, i, got)
			}
		}
	}
}
