package metric_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gsdnet/metric"
	"gsdnet/metric/draws"
)

// integrated is the CRPS by its definition, ∫(F(x) − 1{x ≥ y})² dx: Simpson's rule
// between the kinks and far out on either side.
func integrated(m metric.Mixture, y float64) float64 {
	at := []float64{y}
	widest := 0.0
	for _, l := range m {
		at = append(at, l.Loc, l.Loc-20*l.Scale, l.Loc+20*l.Scale) // a narrow one wants narrow steps
		widest = max(widest, l.Scale)
	}
	slices.Sort(at)
	at = slices.Concat([]float64{at[0] - 40*widest}, at, []float64{at[len(at)-1] + 40*widest})
	sum := 0.0
	for i := range len(at) - 1 {
		const steps = 4000
		a, h := at[i], (at[i+1]-at[i])/steps
		if h == 0 {
			continue
		}
		indicator := 0.0
		if a >= y {
			indicator = 1
		}
		for j := range steps + 1 {
			d := m.CDF(a+float64(j)*h) - indicator
			weight := float64(2 + 2*(j%2))
			if j == 0 || j == steps {
				weight = 1
			}
			sum += weight * d * d * h / 3
		}
	}
	return sum
}

func mixtures() *rapid.Generator[metric.Mixture] {
	return rapid.Map(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) metric.Laplace {
		return metric.Laplace{
			Loc:   rapid.Float64Range(-3, 3).Draw(t, "loc"),
			Scale: rapid.OneOf(rapid.Float64Range(0.05, 2), rapid.Just(1.0)).Draw(t, "scale"),
		}
	}), 1, 5), func(l []metric.Laplace) metric.Mixture { return l })
}

func TestMixtureCRPSIsTheIntegralOfItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := mixtures().Draw(t, "mixture")
		y := rapid.Float64Range(-4, 4).Draw(t, "y")
		if got, want := m.CRPS(y), integrated(m, y); math.Abs(got-want) > 1e-6 {
			t.Errorf("got %.9f, want %.9f", got, want)
		}
	})
}

func TestMixtureCRPSByHand(t *testing.T) {
	one := metric.Mixture{{Loc: 1, Scale: 0.5}}
	for _, d := range []float64{0, 0.3, -2} {
		want := math.Abs(d) + 0.5*math.Exp(-math.Abs(d)/0.5) - 0.375
		near(t, "one component", one.CRPS(1+d), want)
		near(t, "the same three times", metric.Mixture{one[0], one[0], one[0]}.CRPS(1+d), want)
	}
	// Two certainties at 0 and 2, label 0.5: mean distance 1, mean gap 1.
	near(t, "certainties", metric.Mixture{{Loc: 0}, {Loc: 2}}.CRPS(0.5), 0.5)
	// A certainty and a distribution about the same place: ½·b − ½·(¼·1.5b + ½·b).
	near(t, "mixed", metric.Mixture{{Scale: 0}, {Scale: 1}}.CRPS(0), 0.5-0.5*(0.375+0.5))
}

func TestCRPSIsContinuousWhereScalesMeet(t *testing.T) {
	// The textbook difference (c³e⁻ᵈᶜ − b³e⁻ᵈᵇ)/(c²−b²) loses all digits here.
	at := func(c float64) float64 { return metric.Mixture{{0, 1}, {0.7, c}}.CRPS(0.2) }
	for _, eps := range []float64{1e-16, 1e-13, 1e-10, 1e-8, 1e-6} {
		if got, want := at(1+eps), at(1); math.Abs(got-want) > eps+1e-15 {
			t.Errorf("scales 1 and 1+%g: got %.17f, want %.17f", eps, got, want)
		}
	}
	for _, m := range []metric.Mixture{{{0, 1e-9}, {3, 2}}, {{0, 1e-3}, {1e6, 1e-3}}, {{-3, 1e4}, {3, 1e-12}}} {
		if got := m.CRPS(1); math.IsNaN(got) || got < 0 {
			t.Errorf("%v: got %v", m, got)
		}
	}
}

// sample draws from a mixture.
func sample(m metric.Mixture, rng *rand.Rand) float64 {
	return m[rng.IntN(len(m))].Quantile(max(rng.Float64(), 1e-300))
}

func TestMixtureCRPSIsWhatSamplesGive(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	m := metric.Mixture{{-1, 0.3}, {0.5, 1}, {2, 0.1}}
	samples := make([]float64, 200_000)
	for i := range samples {
		samples[i] = sample(m, rng)
	}
	for _, y := range []float64{-2, 0, 0.5, 3} {
		if got, want := m.CRPS(y), draws.CRPS(samples, y); math.Abs(got-want) > 0.01 {
			t.Errorf("y = %g: got %.4f, samples give %.4f", y, got, want)
		}
	}
	mean, square := 0.0, 0.0
	for _, x := range samples {
		mean += x / float64(len(samples))
		square += x * x / float64(len(samples))
	}
	if got, want := m.Mean(), mean; math.Abs(got-want) > 0.02 {
		t.Errorf("Mean: got %.4f, samples give %.4f", got, want)
	}
	if got, want := m.StdDev(), math.Sqrt(square-mean*mean); math.Abs(got-want) > 0.02 {
		t.Errorf("StdDev: got %.4f, samples give %.4f", got, want)
	}
}

func TestCRPSHasTheUnitsOfTheLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := mixtures().Draw(t, "mixture")
		y, by, to := rapid.Float64Range(-4, 4).Draw(t, "y"), rapid.Float64Range(0.1, 9).Draw(t, "by"), rapid.Float64Range(-5, 5).Draw(t, "to")
		moved := slices.Clone(m)
		for i, l := range m {
			moved[i] = metric.Laplace{Loc: by*l.Loc + to, Scale: by * l.Scale}
		}
		if got, want := moved.CRPS(by*y+to), by*m.CRPS(y); math.Abs(got-want) > 1e-9 {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestQuantileInvertsTheCDF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := mixtures().Draw(t, "mixture")
		p := rapid.Float64Range(0.001, 0.999).Draw(t, "p")
		if got := m.CDF(m.Quantile(p)); math.Abs(got-p) > 1e-12 {
			t.Errorf("CDF(Quantile(%v)): got %v", p, got)
		}
		low, high := m.Interval(0.8)
		if got := m.CDF(high) - m.CDF(low); math.Abs(got-0.8) > 1e-12 {
			t.Errorf("the 80 %% interval holds %v", got)
		}
	})
}

func TestQuantilesByHand(t *testing.T) {
	l := metric.Mixture{{Loc: 2, Scale: 3}}
	low, high := l.Interval(0.95)
	near(t, "low", low, 2-3*math.Log(20))
	near(t, "high", high, 2+3*math.Log(20))
	near(t, "median", l.Quantile(0.5), 2)
	low, high = metric.Mixture{{Loc: 1}}.Interval(0.5)
	near(t, "certain low", low, 1)
	near(t, "certain high", high, 1)
	low, high = metric.Mixture{{Loc: -1}, {Loc: 1}}.Interval(0.5)
	near(t, "two certainties, low", low, -1)
	near(t, "two certainties, high", high, 1)
}
