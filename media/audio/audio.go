// Package audio describes the sound of a turn by acoustic functionals in the manner of the
// feature sets IS09 (Schuller et al., "The INTERSPEECH 2009 Emotion Challenge") and eGeMAPS
// (Eyben et al., "The Geneva Minimalistic Acoustic Parameter Set", 2016): energy, pitch,
// voice quality, spectral shape and MFCC, each summed up over the turn. No model and no
// other program is used.
//
//	encoder := audio.New()
//	features, err := encoder.Encode(ctx, samples) // 16,000 a second
//
// Contours are values every 10 ms (Contours). Functionals sum a contour up (Encode). The
// order of the features is that of Names, and docs/features.md defines each.
//
// Start reading at New.
package audio

import (
	"context"
	"errors"
	"math"
)

// Rate is the number of samples a second that Encode takes.
const Rate = 16000

const (
	hop      = Rate / 100 // samples between frames
	frame    = 400        // samples of a frame, 25 ms
	shortest = Rate / 10  // samples of a turn
)

// Encoder computes functionals. It may be used from several goroutines.
type Encoder struct{ names []string }

// New returns an encoder.
func New() *Encoder { return &Encoder{names: names()} }

// Names returns the names of the features, in their order.
func (e *Encoder) Names() []string { return e.names }

// Rate returns the samples a second that Encode takes.
func (e *Encoder) Rate() int { return Rate }

// These are the errors of turns that have no features.
var (
	errShort  = errors.New("shorter than 0.1 s")
	errSilent = errors.New("digital silence")
)

// Encode returns the features of the samples of one turn. Its errors are a turn shorter
// than a tenth of a second, and one whose samples are all equal, which no microphone
// records.
func (e *Encoder) Encode(_ context.Context, samples []float32) ([]float32, error) {
	if len(samples) < shortest {
		return nil, errShort
	}
	x, ok := centred(samples)
	if !ok {
		return nil, errSilent
	}
	c := contours(x)
	features := make([]float32, 0, len(e.names))
	for _, k := range c.all() {
		values := k.values
		if k.voiced {
			values = c.whereVoiced(values)
		}
		for _, f := range k.functionals {
			features = append(features, float32(f.of(values)))
		}
	}
	for _, value := range c.rhythm() {
		features = append(features, float32(value.value))
	}
	return features, nil
}

// names are those of the features of any turn.
func names() []string {
	var all []string
	c := &Contours{}
	for _, k := range c.all() {
		for _, f := range k.functionals {
			all = append(all, k.name+"_"+f.name)
		}
	}
	for _, value := range c.rhythm() {
		all = append(all, value.name)
	}
	return all
}

// centred returns the samples without their mean, and false if all are equal.
func centred(samples []float32) ([]float64, bool) {
	x := make([]float64, len(samples))
	equal := true
	var sum float64
	for i, s := range samples {
		x[i] = float64(s)
		sum += x[i]
		equal = equal && s == samples[0]
	}
	mean := sum / float64(len(x))
	for i := range x {
		x[i] -= mean
	}
	return x, !equal
}

// Contours are the values of one turn every 10 ms. Those of voiced frames alone are 0
// elsewhere.
type Contours struct {
	Energy    []float64 // dB relative to full scale
	Crossings []float64 // zero crossings a second
	Pitch     []float64 // Hz, 0 where unvoiced
	HNR       []float64 // harmonics-to-noise ratio, dB
	Jitter    []float64 // relative difference of neighbouring periods
	Shimmer   []float64 // difference of the peaks of neighbouring periods, dB
	Centroid  []float64 // Hz
	Rolloff   []float64 // Hz
	Flux      []float64
	SlopeLow  []float64 // dB/kHz from 0 to 500 Hz
	SlopeHigh []float64 // dB/kHz from 500 to 1500 Hz
	Alpha     []float64 // dB
	Hammar    []float64 // dB
	MFCC      [coefficients][]float64
}

// ContoursOf returns the contours of samples, 16,000 a second.
func ContoursOf(samples []float32) *Contours {
	x, _ := centred(samples)
	return contours(x)
}

func contours(x []float64) *Contours {
	n := max((len(x)-frame)/hop+1, 1)
	c := &Contours{}
	c.spectral(x, n)
	c.voice(x, n)
	return c
}

// contour is one of the contours with the functionals that sum it up.
type contour struct {
	name        string
	values      []float64
	voiced      bool // only over voiced frames
	functionals []functional
}

// all lists the contours in the order of the features.
func (c *Contours) all() []contour {
	list := []contour{
		{"energy", c.Energy, false, full},
		{"crossings", c.Crossings, false, full},
		{"pitch", semitones(c.Pitch), true, full},
		{"hnr", c.HNR, true, full},
		{"jitter", c.Jitter, true, brief},
		{"shimmer", c.Shimmer, true, brief},
		{"centroid", c.Centroid, false, full},
		{"rolloff", c.Rolloff, false, full},
		{"flux", c.Flux, false, full},
		{"slope_0_500", c.SlopeLow, false, full},
		{"slope_500_1500", c.SlopeHigh, false, full},
		{"alpha", c.Alpha, false, full},
		{"hammarberg", c.Hammar, false, full},
	}
	for i, values := range c.MFCC {
		list = append(list, contour{"mfcc_" + number(i+1), values, false, brief})
	}
	return list
}

// semitones are pitches above 27.5 Hz, as in eGeMAPS; 0 where unvoiced.
func semitones(pitch []float64) []float64 {
	out := make([]float64, len(pitch))
	for i, f := range pitch {
		if f > 0 {
			out[i] = 12 * math.Log2(f/27.5)
		}
	}
	return out
}

// whereVoiced returns the values of the voiced frames.
func (c *Contours) whereVoiced(values []float64) []float64 {
	var out []float64
	for i, value := range values {
		if c.Pitch[i] > 0 {
			out = append(out, value)
		}
	}
	return out
}
