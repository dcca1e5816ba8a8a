package diffusion_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gsdnet/diffusion"
)

// distance is the Kolmogorov–Smirnov statistic of samples against a
// distribution.
func (m mixture) distance(samples []float64) float64 {
	slices.Sort(samples)
	n, worst := float64(len(samples)), 0.0
	for i, x := range samples {
		p := m.cdf(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(float64(i+1)/n-p))
	}
	return worst
}

// moments returns the mean and the variance.
func (m mixture) moments() (mean, variance float64) {
	for i, w := range m.weight {
		mean += w * m.mean[i]
	}
	for i, w := range m.weight {
		d := m.mean[i] - mean
		variance += w * (m.std[i]*m.std[i] + d*d)
	}
	return mean, variance
}

func momentsOf(samples []float64) (mean, variance float64) {
	n := float64(len(samples))
	for _, x := range samples {
		mean += x / n
	}
	for _, x := range samples {
		variance += (x - mean) * (x - mean) / n
	}
	return mean, variance
}

// sampled draws n samples of m, each from an own start of the prior.
func (m mixture) sampled(method diffusion.Method, sde diffusion.SDE, n, steps int) []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	times := schedule(method).Times(sde, steps, method.End())
	problem := m.problem(sde, rng)
	samples := make([]float64, n)
	for i := range samples {
		start := []float64{sde.PriorStd() * rng.NormFloat64()}
		samples[i] = diffusion.Sample(method, problem, start, times)[0]
	}
	return samples
}

// Every sampler, from the prior of every SDE that forgets its start, gives back
// the distribution it was shown: one bump, and two separate ones with the weight
// of each.
func TestDistributionRecovered(t *testing.T) {
	one := gaussian(0.4, 0.5)
	two := mixture{[]float64{0.3, 0.7}, []float64{-1.5, 1}, []float64{0.3, 0.5}}
	steps := map[diffusion.Method]int{diffusion.DDIM: 150, diffusion.Heun: 40, diffusion.DPM: 60, diffusion.Euler: 400, diffusion.PC: 200}
	for _, c := range []struct {
		kind, shape string
		data        mixture
	}{
		{"vp 0.1-20", "one bump", one}, // the others: TestGaussianRecovered
		{"vp 0.1-20", "two bumps", two},
		{"subvp 0.1-20", "two bumps", two},
		{"ve 25", "two bumps", two},
	} {
		for _, method := range diffusion.Methods {
			samples := c.data.sampled(method, sdes()[c.kind], 4000, steps[method])
			compare(t, string(method)+", "+c.kind+", "+c.shape, c.data, samples)
		}
	}
}

// compare holds samples to the distance, mean, variance and share left of the
// valley that the distribution has, within the critical values of level 0.001:
// 1.95/√n of Kolmogorov and Smirnov, 3.29 standard errors else. That of the
// variance is a Gaussian's; two bumps have a smaller one.
func compare(t *testing.T, name string, data mixture, samples []float64) {
	t.Helper()
	const valley = -0.5
	n := float64(len(samples))
	mean, variance := momentsOf(samples)
	wantMean, wantVariance := data.moments()
	left := 0.0
	for _, x := range samples {
		if x < valley {
			left += 1 / n
		}
	}
	share, distance := data.cdf(valley), data.distance(samples)
	t.Logf("%s: distance %.3f, mean %+.3f, variance %+.3f, share left %+.3f off",
		name, distance, mean-wantMean, variance-wantVariance, left-share)
	for _, c := range []struct {
		what             string
		got, want, bound float64
	}{
		{"Kolmogorov–Smirnov distance", distance, 0, 1.95 / math.Sqrt(n)},
		{"mean", mean, wantMean, 3.29 * math.Sqrt(wantVariance/n)},
		{"variance", variance, wantVariance, 3.29 * wantVariance * math.Sqrt(2/n)},
		{"share left", left, share, 3.29 * math.Sqrt(share*(1-share)/n)},
	} {
		if !(math.Abs(c.got-c.want) <= c.bound) {
			t.Errorf("%s: %s %.4f, want %.4f ± %.4f", name, c.what, c.got, c.want, c.bound)
		}
	}
}
