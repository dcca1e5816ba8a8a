package simd

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestExpOfFloat64 compares the loop with math.Exp: within two units in the last place, of
// which either may have one, and equal where the result is special.
func TestExpOfFloat64(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 0))
	x := []float64{
		0, math.Copysign(0, -1), 1, -1, math.Ln2, -math.Ln2, math.Ln2 / 2, 708, -708, 709.7, 709.8, -708.5, -745.1, -746,
		1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
	}
	for range 200_000 {
		x = append(x, 1420*rng.Float64()-710, rng.NormFloat64())
	}
	got := make([]float64, len(x))
	expLoop(unsafe.Pointer(&got[0]), unsafe.Pointer(&x[0]), len(x))
	for i, v := range x {
		want := math.Exp(v)
		if unit := math.Nextafter(want, math.Inf(1)) - want; got[i] != want && !(math.Abs(got[i]-want) <= 2*unit) && !math.IsNaN(want) || math.IsNaN(want) != math.IsNaN(got[i]) {
			t.Fatalf("exp(%g) = %g, want %g", v, got[i], want)
		}
	}
}

// TestErrorOfExp measures the error against the series in 300 bits.
func TestErrorOfExp(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 0))
	worst := 0.0
	for range 20_000 {
		x, got := 1400*rng.Float64()-700, 0.0
		expLoop(unsafe.Pointer(&got), unsafe.Pointer(&x), 1)
		exact := exactExp(x)
		nearest, _ := exact.Float64()
		unit := math.Nextafter(nearest, math.Inf(1)) - nearest
		difference, _ := new(big.Float).Sub(exact, big.NewFloat(got)).Float64()
		worst = max(worst, math.Abs(difference)/unit)
	}
	t.Logf("the largest error is %.2f units in the last place", worst)
	if worst >= 1 {
		t.Errorf("the largest error is %.2f units in the last place, want less than 1", worst)
	}
}

// exactExp is the 1024th power of exp(x/1024), that by Taylor's series, in 300 bits.
func exactExp(x float64) *big.Float {
	const bits, squares = 300, 10
	small := new(big.Float).SetPrec(bits).SetFloat64(x / (1 << squares))
	sum, term := big.NewFloat(1).SetPrec(bits), big.NewFloat(1).SetPrec(bits)
	for k := 1.0; k < 60; k++ {
		term.Mul(term, small)
		term.Quo(term, new(big.Float).SetPrec(bits).SetFloat64(k))
		sum.Add(sum, term)
	}
	for range squares {
		sum.Mul(sum, sum)
	}
	return sum
}
