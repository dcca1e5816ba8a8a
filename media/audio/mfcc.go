package audio

import "math"

// The MFCC are those of HTK (Young et al., "The HTK Book"), which openSMILE's IS09 uses
// too: 26 triangles of equal width on the mel scale from 20 to 8,000 Hz over the power
// spectrum, logarithm, DCT of type II, and a lifter of 22.
const (
	emphasis     = 0.97
	triangles    = 26
	coefficients = 12
	lifter       = 22
	lowest       = 20
	highest      = Rate / 2
)

// melBank turns power spectra into MFCC.
type melBank struct {
	weights [triangles][]float64             // [26, 257]
	cosine  [coefficients][triangles]float64 // with the lifter
}

func mel(hertz float64) float64 { return 1127 * math.Log(1+hertz/700) }

func newMelBank() *melBank {
	b := &melBank{}
	step := (mel(highest) - mel(lowest)) / (triangles + 1)
	for m := range triangles {
		b.weights[m] = make([]float64, bins)
		for k := range bins {
			at := (mel(float64(k)*width)-mel(lowest))/step - float64(m) // 0 to 2 within the triangle
			b.weights[m][k] = max(0, 1-math.Abs(at-1))
		}
	}
	for i := range coefficients {
		lift := 1 + lifter/2.0*math.Sin(math.Pi*float64(i+1)/lifter)
		for m := range triangles {
			b.cosine[i][m] = lift * math.Sqrt(2.0/triangles) * math.Cos(math.Pi*float64(i+1)*(float64(m)+0.5)/triangles)
		}
	}
	return b
}

// cepstrum returns MFCC 1 to 12.
func (b *melBank) cepstrum(power []float64) (out [coefficients]float64) {
	var levels [triangles]float64
	for m, weights := range b.weights {
		sum := 0.0
		for k, w := range weights {
			sum += w * power[k]
		}
		levels[m] = math.Log(max(sum, quiet))
	}
	for i := range out {
		for m, level := range levels {
			out[i] += b.cosine[i][m] * level
		}
	}
	return out
}
