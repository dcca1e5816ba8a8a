package audio_test

import (
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"gsdnet/media/audio"
)

const rate = audio.Rate

// tone returns seconds of the sum of sines of amplitude 0.3, 0.15, ... at the multiples of
// a frequency.
func tone(frequency, seconds float64, harmonics int) []float32 {
	x := make([]float32, int(seconds*rate))
	for i := range x {
		for h := 1; h <= harmonics; h++ {
			x[i] += float32(0.3 / float64(h) * math.Sin(2*math.Pi*frequency*float64(h)*float64(i)/rate))
		}
	}
	return x
}

// noise returns white noise of a standard deviation.
func noise(seconds, deviation float64) []float32 {
	random := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, int(seconds*rate))
	for i := range x {
		x[i] = float32(deviation * random.NormFloat64())
	}
	return x
}

// pulses returns a train of band-limited pulses. Pulse i is after period(i) seconds and has
// the height height(i).
func pulses(seconds float64, period, height func(i int) float64) []float32 {
	const breadth = 0.0004 // seconds
	x := make([]float32, int(seconds*rate))
	at := 0.02
	for i := 0; at < seconds-0.02; i++ {
		for n := int((at - 6*breadth) * rate); n < int((at+6*breadth)*rate); n++ {
			d := (float64(n)/rate - at) / breadth
			x[n] += float32(height(i) * math.Exp(-d*d/2))
		}
		at += period(i)
	}
	return x
}

func always(x float64) func(int) float64 { return func(int) float64 { return x } }

// voiced returns the values of voiced frames, without the first and the last three.
func voiced(t *testing.T, c *audio.Contours, values []float64) []float64 {
	t.Helper()
	var out []float64
	for i, f := range c.Pitch {
		if f > 0 {
			out = append(out, values[i])
		}
	}
	if len(out) < 10 {
		t.Fatalf("%d voiced frames of %d, want most of them", len(out), len(c.Pitch))
	}
	return out[3 : len(out)-3]
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.5g, want %.5g ± %.2g", what, got, want, tolerance)
	}
}

// The pitch of tones and of voices is the known one, within 0.2 %.
func TestPitch(t *testing.T) {
	for _, f := range []float64{62, 80.3, 110, 147.7, 220, 330, 441, 480} {
		for _, harmonics := range []int{1, 8} {
			c := audio.ContoursOf(tone(f, 0.5, harmonics))
			for i, got := range voiced(t, c, c.Pitch) {
				if math.Abs(got-f) > 0.002*f {
					t.Errorf("%g Hz with %d harmonics: frame %d: got %g Hz", f, harmonics, i, got)
					break
				}
			}
		}
	}
}

// A pitch that rises is followed, and its slope is found in semitones a second.
func TestGlide(t *testing.T) {
	x := make([]float32, rate)
	phase := 0.0
	for i := range x {
		phase += 110 * math.Pow(2, float64(i)/rate) / rate // an octave a second
		x[i] = float32(0.3*math.Sin(2*math.Pi*phase) + 0.1*math.Sin(4*math.Pi*phase))
	}
	got := encode(t, x)
	near(t, "slope of the pitch", got["pitch_slope"], 12, 0.2)
	near(t, "median of the pitch", got["pitch_p50"], 12*math.Log2(110*math.Sqrt2/27.5), 0.3)
}

// encode returns the features by name.
func encode(t *testing.T, x []float32) map[string]float64 {
	t.Helper()
	e := audio.New()
	values, err := e.Encode(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if len(values) != len(e.Names()) {
		t.Fatalf("%d features, and %d names", len(values), len(e.Names()))
	}
	out := map[string]float64{}
	for i, name := range e.Names() {
		if _, twice := out[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		if out[name] = float64(values[i]); math.IsNaN(out[name]) || math.IsInf(out[name], 0) {
			t.Errorf("%s = %g", name, out[name])
		}
	}
	return out
}

// Periods that alternate between T(1+d) and T(1-d) have the jitter 2d.
func TestJitter(t *testing.T) {
	for _, hertz := range []float64{90, 125, 200} {
		for _, d := range []float64{0, 0.0025, 0.005, 0.01, 0.02} {
			x := pulses(1, func(i int) float64 { return (1 + d*float64(1-2*(i%2))) / hertz }, always(0.5))
			c := audio.ContoursOf(x)
			near(t, "jitter", median(voiced(t, c, c.Jitter)), 2*d, 0.0008+0.04*d)
			near(t, "shimmer", median(voiced(t, c, c.Shimmer)), 0, 0.1)
		}
	}
}

// Heights that alternate between 1 and a have the shimmer |20 log10 a|.
func TestShimmer(t *testing.T) {
	for _, a := range []float64{1, 0.95, 0.9, 0.8} {
		x := pulses(1, always(1./125), func(i int) float64 { return 0.5 * []float64{1, a}[i%2] })
		c := audio.ContoursOf(x)
		near(t, "shimmer", median(voiced(t, c, c.Shimmer)), math.Abs(20*math.Log10(a)), 0.08)
		near(t, "jitter", median(voiced(t, c, c.Jitter)), 0, 0.0008)
	}
}

// The harmonics-to-noise ratio is that with which noise was added.
func TestHNR(t *testing.T) {
	for _, want := range []float64{8, 10, 15, 20, 30} {
		x := tone(150, 1, 5)
		power := 0.0
		for _, v := range x {
			power += float64(v) * float64(v) / float64(len(x))
		}
		for i, v := range noise(1, math.Sqrt(power/math.Pow(10, want/10))) {
			x[i] += v
		}
		c := audio.ContoursOf(x)
		near(t, "HNR", median(voiced(t, c, c.HNR)), want, 0.8)
	}
	c := audio.ContoursOf(tone(150, 1, 5))
	if got := median(voiced(t, c, c.HNR)); got < 40 {
		t.Errorf("a tone without noise: got %g dB, want at least 40", got)
	}
}

// A sine has its energy, its crossings, and its spectrum in one place.
func TestSine(t *testing.T) {
	got := encode(t, tone(1000, 1, 1))
	near(t, "energy", got["energy_mean"], 10*math.Log10(0.3*0.3/2), 0.01)
	near(t, "energy, deviation", got["energy_sd"], 0, 0.01)
	near(t, "crossings", got["crossings_mean"], 2000, 25)
	near(t, "centroid", got["centroid_mean"], 1000, 5)
	near(t, "roll-off", got["rolloff_mean"], 1000, 32)
	near(t, "flux", got["flux_mean"], 0, 0.002)
	near(t, "duration", got["duration"], 0.98, 0.001) // of 98 whole frames
	near(t, "voiced", got["voiced_share"], 0, 0)      // no voice is so high
}

// Twice the amplitude is 6.02 dB more, and changes nothing else than the energy.
func TestLoudness(t *testing.T) {
	soft := tone(120, 1, 6)
	loud := slices.Clone(soft)
	for i := range loud {
		loud[i] *= 2
	}
	a, b := encode(t, soft), encode(t, loud)
	for name := range a {
		want := a[name]
		switch name {
		case "energy_mean", "energy_p20", "energy_p50", "energy_p80":
			want += 20 * math.Log10(2)
		}
		near(t, name, b[name], want, 0.01+1e-3*math.Abs(want))
	}
}

// White noise has a flat spectrum and no voice.
func TestWhiteNoise(t *testing.T) {
	got := encode(t, noise(3, 0.1))
	near(t, "energy", got["energy_mean"], -20, 0.2)
	near(t, "centroid", got["centroid_mean"], rate/4, 80)
	near(t, "roll-off", got["rolloff_mean"], 0.85*rate/2, 120)
	near(t, "crossings", got["crossings_mean"], rate/2, 120)
	near(t, "slope 0-500", got["slope_0_500_mean"], 0, 1.5)
	near(t, "slope 500-1500", got["slope_500_1500_mean"], 0, 0.5)
	near(t, "alpha", got["alpha_mean"], 10*math.Log10(950./4000), 0.4)
	near(t, "voiced", got["voiced_share"], 0, 0.02)
	near(t, "energy, slope", got["energy_slope"], 0, 0.2)
}

// A spectrum that falls by 6 dB an octave, and one of a known slope, are recognised.
func TestSpectralSlope(t *testing.T) {
	x := make([]float32, rate)
	for f := 31.25; f < 8000; f += 31.25 { // one sine for each bin, 12 dB less each kHz
		phase := f * f // any
		for i := range x {
			x[i] += float32(0.01 * math.Pow(10, -12*f/1000/20) * math.Sin(2*math.Pi*f*float64(i)/rate+phase))
		}
	}
	got := encode(t, x)
	near(t, "slope 500-1500", got["slope_500_1500_mean"], -12, 1)
}

// A voice that stops and starts has the known rhythm.
func TestRhythm(t *testing.T) {
	x := make([]float32, 3*rate)
	for i, v := range tone(140, 3, 5) {
		if second := float64(i) / rate; math.Mod(second, 1) < 0.5 {
			x[i] = v
		}
	}
	got := encode(t, x)
	near(t, "voiced share", got["voiced_share"], 0.5, 0.03)
	near(t, "voiced stretches a second", got["voiced_rate"], 1, 0.05)
	near(t, "length of a stretch", got["voiced_length_mean"], 0.5, 0.03)
	near(t, "length of a pause", got["unvoiced_length_mean"], 0.5, 0.03)
}

// Silence and what is too short have no features.
func TestNothing(t *testing.T) {
	e := audio.New()
	constant := slices.Repeat([]float32{0.25}, rate)
	for want, x := range map[string][]float32{"digital silence": make([]float32, rate), "shorter than 0.1 s": make([]float32, rate/10-1)} {
		if _, err := e.Encode(t.Context(), x); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := e.Encode(t.Context(), constant); err == nil || errors.Is(err, t.Context().Err()) {
		t.Error("a constant is no sound")
	}
	faint := encode(t, noise(1, 1e-6))
	near(t, "energy of faint noise", faint["energy_p50"], -100, 0.01)
	near(t, "its voiced share", faint["voiced_share"], 0, 0)
	encode(t, noise(0.1, 0.1)[:rate/10]) // the shortest turn
}

// The MFCC are those of the definition, computed in another way: a discrete Fourier
// transform by its sum, and triangles between centres.
func TestMFCC(t *testing.T) {
	x := noise(0.2, 0.1)
	for i, v := range tone(200, 0.2, 4) {
		x[i] += v
	}
	var mean float32
	for _, v := range x {
		mean += v / float32(len(x))
	}
	got := audio.ContoursOf(x)
	const start = 5 * 160 // frame 5
	power := make([]float64, 257)
	for k := range power {
		var z complex128
		before := float64(x[start] - mean)
		for n := range 400 {
			v := float64(x[start+n] - mean)
			w := 0.54 - 0.46*math.Cos(2*math.Pi*float64(n)/399)
			z += complex((v-0.97*before)*w, 0) * cmplx.Exp(complex(0, -2*math.Pi*float64(k*n)/512))
			before = v
		}
		power[k] = real(z)*real(z) + imag(z)*imag(z)
	}
	mel := func(f float64) float64 { return 2595 * math.Log10(1+f/700) }
	var centres [28]float64
	for m := range centres {
		centres[m] = mel(20) + (mel(8000)-mel(20))*float64(m)/27
	}
	for i := 1; i <= 12; i++ {
		want := 0.0
		for m := 1; m <= 26; m++ {
			energy := 0.0
			for k, p := range power {
				f := mel(float64(k) * 16000 / 512)
				energy += p * max(0, min((f-centres[m-1])/(centres[m]-centres[m-1]), (centres[m+1]-f)/(centres[m+1]-centres[m])))
			}
			want += math.Log(energy) * math.Cos(math.Pi*float64(i)/26*(float64(m)-0.5))
		}
		want *= math.Sqrt(2./26) * (1 + 11*math.Sin(math.Pi*float64(i)/22))
		near(t, "MFCC", got.MFCC[i-1][5], want, 1e-3)
	}
}

// Equal samples give equal features, bit by bit.
func TestDeterministic(t *testing.T) {
	x := tone(130, 0.5, 7)
	first, err := audio.New().Encode(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := audio.New().Encode(t.Context(), x)
	if !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
}
