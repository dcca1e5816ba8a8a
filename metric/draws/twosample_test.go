package draws_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/metric/draws"
)

// cloud is n vectors of 5 channels around a mean, with a deviation.
func cloud(n int, mean, deviation float64, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 7))
	out := make([][]float64, n)
	for i := range out {
		for range 5 {
			out[i] = append(out[i], mean+deviation*rng.NormFloat64())
		}
	}
	return out
}

func TestSamplesOfOneDistributionAreAlike(t *testing.T) {
	a, b := cloud(150, 0, 1, 1), cloud(150, 0, 1, 2)
	if got := draws.MMD(a, b); math.Abs(got) > 0.01 {
		t.Errorf("MMD² %.4f, want about 0", got)
	}
	if got := draws.Separability(a, b, 1); math.Abs(got-0.5) > 0.1 {
		t.Errorf("told apart %.2f of the time, want about half", got)
	}
}

// A shift is seen, and so is what imputation by means does: the right centre and
// too little spread.
func TestSamplesOfTwoDistributionsDiffer(t *testing.T) {
	a := cloud(150, 0, 1, 1)
	for name, b := range map[string][][]float64{"shifted": cloud(150, 1, 1, 2), "shrunk": cloud(150, 0, 0.3, 2)} {
		if got := draws.MMD(a, b); got < 0.05 {
			t.Errorf("%s: MMD² %.4f", name, got)
		}
		if got := draws.Separability(a, b, 1); got < 0.8 {
			t.Errorf("%s: told apart %.2f of the time", name, got)
		}
	}
}

// Unequal samples, by hand: three points 0, 0, 1 on a line with median distance²
// 1 have k(0,1) = exp(−1/2).
func TestMMDByHand(t *testing.T) {
	e := math.Exp(-0.5)
	// a = {0, 1}, b = {0, 1}: distances² are 1 (four times) and 0 (twice).
	got := draws.MMD([][]float64{{0}, {1}}, [][]float64{{0}, {1}})
	if want := e + e - 2*(1+e+e+1)/4; math.Abs(got-want) > 1e-12 {
		t.Errorf("got %g, want %g", got, want)
	}
	if got := draws.MMD([][]float64{{0}}, [][]float64{{0}, {1}}); !math.IsNaN(got) {
		t.Errorf("one vector: got %g, want NaN", got)
	}
	if got := draws.Separability(nil, nil, 1); !math.IsNaN(got) {
		t.Errorf("nothing: got %g, want NaN", got)
	}
}
