package audio

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"
)

const (
	points  = 512           // of the Fourier transform
	bins    = points/2 + 1  // from 0 to 8,000 Hz
	spacing = Rate / points // Hz between bins, 31.25
	quiet   = 1e-10         // power that counts as silence, -100 dB
	share   = 0.85          // of the power below the roll-off
	width   = float64(Rate) / points
)

// spectral computes the contours of n frames that need no pitch.
func (c *Contours) spectral(x []float64, n int) {
	transform := fourier.NewFFT(points)
	hann, hamming := weights(window.Hann), weights(window.Hamming)
	bank := newMelBank()
	var samples [points]float64
	coefficient := make([]complex128, bins)
	power, before := make([]float64, bins), make([]float64, bins)
	for t := range n {
		part := x[min(t*hop, len(x)):min(t*hop+frame, len(x))]
		c.Energy = append(c.Energy, decibels(meanSquare(part)))
		c.Crossings = append(c.Crossings, crossingRate(part))

		load(samples[:], part, hann, 0)
		powers(power, transform.Coefficients(coefficient, samples[:]))
		c.shape(power, before, t > 0)
		power, before = before, power

		load(samples[:], part, hamming, emphasis)
		powers(power, transform.Coefficients(coefficient, samples[:]))
		for i, value := range bank.cepstrum(power) {
			c.MFCC[i] = append(c.MFCC[i], value)
		}
	}
}

// weights returns the window of a frame.
func weights(of func([]float64) []float64) []float64 {
	return of(slices.Repeat([]float64{1}, frame))
}

// load writes a frame under a window, after the filter x[i] - emphasis·x[i-1].
func load(to, part, weights []float64, emphasis float64) {
	clear(to)
	for i, x := range part {
		if i > 0 {
			x -= emphasis * part[i-1]
		} else {
			x -= emphasis * x
		}
		to[i] = x * weights[i]
	}
}

func powers(to []float64, coefficients []complex128) {
	for k, z := range coefficients {
		to[k] = real(z)*real(z) + imag(z)*imag(z)
	}
}

// shape adds the values of one power spectrum. The flux compares it with that of the frame
// before.
func (c *Contours) shape(power, before []float64, second bool) {
	var total, moment float64
	for k, p := range power {
		total += p
		moment += p * float64(k) * width
	}
	centroid, rolloff, flux := 0.0, 0.0, 0.0
	if total > quiet {
		centroid = moment / total
		sum := 0.0
		for k, p := range power {
			if sum += p; sum >= share*total {
				rolloff = float64(k) * width
				break
			}
		}
	}
	if second {
		flux = distance(power, before)
	}
	c.Centroid = append(c.Centroid, centroid)
	c.Rolloff = append(c.Rolloff, rolloff)
	c.Flux = append(c.Flux, flux)
	c.SlopeLow = append(c.SlopeLow, spectralSlope(power, 0, 500))
	c.SlopeHigh = append(c.SlopeHigh, spectralSlope(power, 500, 1500))
	c.Alpha = append(c.Alpha, decibels(band(power, 50, 1000))-decibels(band(power, 1000, 5000)))
	c.Hammar = append(c.Hammar, decibels(peak(power, 0, 2000))-decibels(peak(power, 2000, 5000)))
}

// distance is the Euclidean distance of two magnitude spectra of length 1, from 0 to √2,
// and 0 if one is silent.
func distance(a, b []float64) float64 {
	var normA, normB, product float64
	for k := range a {
		normA += a[k]
		normB += b[k]
		product += math.Sqrt(a[k] * b[k])
	}
	if normA <= quiet || normB <= quiet {
		return 0
	}
	return math.Sqrt(max(0, 2-2*product/math.Sqrt(normA*normB)))
}

// within returns the bins from low to below high Hz, without that of 0 Hz, whose level is
// distributed differently.
func within(power []float64, low, high float64) []float64 {
	return power[max(1, int(math.Ceil(low/width))):int(math.Ceil(high/width))]
}

func band(power []float64, low, high float64) (sum float64) {
	for _, p := range within(power, low, high) {
		sum += p
	}
	return sum
}

func peak(power []float64, low, high float64) float64 {
	return slices.Max(within(power, low, high))
}

// spectralSlope is the slope of the line of least squares through the levels of the bins,
// in dB/kHz.
func spectralSlope(power []float64, low, high float64) float64 {
	levels := within(power, low, high)
	centre := float64(len(levels)-1) / 2
	var up, down float64
	for k, p := range levels {
		d := float64(k) - centre
		up += d * decibels(p)
		down += d * d
	}
	return up / down / width * 1000
}

// decibels is the level of a power, at least -100.
func decibels(power float64) float64 { return 10 * math.Log10(max(power, quiet)) }

func meanSquare(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return sum / float64(len(x))
}

// crossingRate counts the changes of sign a second.
func crossingRate(x []float64) float64 {
	count := 0
	for i := 1; i < len(x); i++ {
		if (x[i] >= 0) != (x[i-1] >= 0) {
			count++
		}
	}
	return float64(count) / float64(len(x)-1) * Rate
}
