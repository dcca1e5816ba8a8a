package audio

import (
	"math"
)

// The pitch is found by YIN (de Cheveigné & Kawahara, "YIN, a fundamental frequency
// estimator for speech and music", 2002).
const (
	integral  = 480        // samples of the difference function, 30 ms
	shortLag  = Rate / 500 // of the highest pitch
	longLag   = Rate / 55  // of the lowest
	threshold = 0.2        // of the normalised difference, below which a frame is voiced
	span      = integral + longLag + 2
	softest   = -60 // dB: frames that are softer are not voiced
	below     = 35  // dB: nor are those so far below the loudest
	maxHNR    = 50  // dB
)

// voice computes the contours of voiced frames. Frame t is centred as in spectral.
func (c *Contours) voice(x []float64, n int) {
	loudest := math.Inf(-1)
	for _, e := range c.Energy {
		loudest = max(loudest, e)
	}
	difference := make([]float64, longLag+2)
	c.Pitch, c.HNR = make([]float64, n), make([]float64, n)
	for t := range n {
		if e := c.Energy[t]; e < softest || e < loudest-below {
			continue
		}
		start := t*hop + frame/2 - span/2
		start = max(0, min(start, len(x)-span))
		if start+span > len(x) {
			continue // the turn is too short
		}
		part := x[start : start+span]
		if lag, ok := yin(part, difference); ok {
			c.Pitch[t] = Rate / lag
			c.HNR[t] = harmonicity(part, lag)
		}
	}
	c.perturb(x, n)
}

// yin returns the period of a frame in samples, and false if it has none.
func yin(x, d []float64) (float64, bool) {
	for lag := 1; lag < len(d); lag++ {
		var sum float64
		a, b := x[:integral], x[lag:lag+integral]
		for i, v := range a {
			e := v - b[i]
			sum += e * e
		}
		d[lag] = sum
	}
	var sum float64
	d[0] = 1
	for lag := 1; lag < len(d); lag++ {
		if sum += d[lag]; sum == 0 {
			return 0, false
		}
		d[lag] *= float64(lag) / sum
	}
	for lag := 2; lag <= longLag; lag++ {
		if d[lag] >= threshold {
			continue
		}
		for lag < longLag && d[lag+1] < d[lag] {
			lag++
		}
		if lag < shortLag {
			return 0, false // a higher pitch than that of a voice
		}
		return float64(lag) + vertex(d[lag-1], d[lag], d[lag+1]), true
	}
	return 0, false
}

// vertex is where the parabola through three values has its extremum, from -1 to 1 around
// the middle one.
func vertex(a, b, c float64) float64 {
	if curve := a - 2*b + c; curve != 0 {
		return max(-1, min(1, (a-c)/(2*curve)))
	}
	return 0
}

// correlation is the normalised correlation of two stretches.
func correlation(a, b []float64) float64 {
	var ab, aa, bb float64
	for i, v := range a {
		ab += v * b[i]
		aa += v * v
		bb += b[i] * b[i]
	}
	if aa <= 0 || bb <= 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// harmonicity is the ratio of harmonics to noise in dB, from the correlation r of periods:
// r/(1-r) (Boersma, "Accurate short-term analysis of the fundamental frequency and the
// harmonics-to-noise ratio of a sampled sound", 1993).
func harmonicity(x []float64, lag float64) float64 {
	at := int(lag + 0.5)
	at = max(1, min(at, len(x)-integral-1))
	a := correlation(x[:integral], x[at-1:at-1+integral])
	b := correlation(x[:integral], x[at:at+integral])
	c := correlation(x[:integral], x[at+1:at+1+integral])
	r := b - (a-c)*vertex(a, b, c)/4
	if r <= 0 {
		return 0
	}
	return max(-maxHNR, min(maxHNR, 10*math.Log10(r/max(1-r, 1e-12))))
}
