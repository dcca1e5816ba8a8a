package diffusion_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gsdnet/diffusion"
)

// distance returns the Kolmogorov–Smirnov distance between samples and m.
func (m mixture) distance(samples []float64) float64 {
	slices.Sort(samples)
	n, worst := float64(len(samples)), 0.0
	for i, x := range samples {
		p := m.cdf(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(float64(i+1)/n-p))
	}
	return worst
}

// moments returns the mean and the variance of m.
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

// sampled draws n samples of m, each from its own draw of the prior.
func (m mixture) sampled(method diffusion.Sampler, sde diffusion.SDE, n, steps int) []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	times := schedule(method).Times(sde, steps, method.End)
	problem := m.problem(sde, rng)
	samples := make([]float64, n)
	for i := range samples {
		start := []float64{sde.PriorStd() * rng.NormFloat64()}
		samples[i] = diffusion.Sample(method, problem, start, times)[0]
	}
	return samples
}

// Every sampler recovers the distribution whose denoiser it is given, from the prior of
// every SDE that turns data into pure noise: one Gaussian, and a mixture of two separate
// ones with their weights.
func TestDistributionRecovered(t *testing.T) {
	one := gaussian(0.4, 0.5)
	two := mixture{[]float64{0.3, 0.7}, []float64{-1.5, 1}, []float64{0.3, 0.5}}
	for _, c := range []struct {
		kind, shape string
		data        mixture
	}{
		{"vp 0.1-20", "one Gaussian", one}, // the others: TestGaussianRecovered
		{"vp 0.1-20", "two Gaussians", two},
		{"subvp 0.1-20", "two Gaussians", two},
		{"ve 25", "two Gaussians", two},
	} {
		for _, method := range diffusion.Samplers() {
			steps := 400 / method.Step.Evaluations
			if deterministic(method) {
				steps = 150 / max(1, method.Order)
			}
			samples := c.data.sampled(method, sdes()[c.kind], 4000, steps)
			compare(t, method.Name+", "+c.kind+", "+c.shape, c.data, samples)
		}
	}
}

// compare tests the samples' distance to data, their mean, their variance and their
// share left of −0.5, which is between the two Gaussians. The bounds are critical values
// at level 0.001: 1.95/√n for the Kolmogorov–Smirnov distance and 3.29 standard errors
// for the others. The standard error of the variance is that of a Gaussian; that of the
// mixture is smaller.
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
