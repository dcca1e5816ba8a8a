package spectral_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// tolerance of the comparison with the dense computation, in standard deviations.
const tolerance = 1e-9

// randomShape draws the five shares, some of them 0, and the thetas.
func randomShape(rng *rand.Rand) spectral.Shape {
	share := func() float64 {
		if rng.Float64() < 0.3 {
			return 0
		}
		return rng.ExpFloat64()
	}
	s := spectral.Shape{Constant: share(), LowPass: share(), White: 0.05 + rng.Float64(), SpeakerConstant: share(), SpeakerLowPass: share(),
		Theta: 10 * rng.ExpFloat64(), SpeakerTheta: 10 * rng.ExpFloat64()}
	sum := s.Constant + s.LowPass + s.White + s.SpeakerConstant + s.SpeakerLowPass
	s.Constant, s.LowPass, s.White, s.SpeakerConstant, s.SpeakerLowPass = s.Constant/sum, s.LowPass/sum, s.White/sum, s.SpeakerConstant/sum, s.SpeakerLowPass/sum
	return s
}

// randomFilter draws a filter of r components that share three shapes.
func randomFilter(rng *rand.Rand, r int) *spectral.Filter {
	f := &spectral.Filter{}
	for range 3 {
		f.Shapes = append(f.Shapes, randomShape(rng))
	}
	for range r {
		f.Variances = append(f.Variances, 0.1+rng.ExpFloat64())
		f.Assigned = append(f.Assigned, rng.IntN(3))
	}
	return f
}

// randomTrack draws n rows of white noise with a share of them missing, and speakers
// unless there are none.
func randomTrack(rng *rand.Rand, n, r, speakers int, missing float64) spectral.Track {
	t := spectral.Track{Rows: make([][]float64, n), Observed: make([]bool, n)}
	for i := range n {
		if speakers > 0 {
			t.Speakers = append(t.Speakers, erc.Speaker(rng.IntN(speakers)))
		}
		if t.Observed[i] = rng.Float64() >= missing; !t.Observed[i] {
			continue
		}
		t.Rows[i] = make([]float64, r)
		for j := range r {
			t.Rows[i][j] = rng.NormFloat64()
		}
	}
	return t
}

func condition(t testing.TB, f *spectral.Filter, track spectral.Track) *spectral.Posterior {
	t.Helper()
	p, err := f.Condition(track)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Means, variances and log likelihood equal those of the dense textbook formulas, for
// any shapes, masks and speakers.
func TestFilterEqualsTheDenseComputation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		n, r := rapid.IntRange(1, 30).Draw(rt, "n"), 4
		speakers := rapid.IntRange(0, 6).Draw(rt, "speakers")
		missing := rapid.SampledFrom([]float64{0, 0.3, 0.7, 1}).Draw(rt, "missing")
		f, track := randomFilter(rng, r), randomTrack(rng, n, r, speakers, missing)
		p := condition(t, f, track)
		mean, variance := p.Mean(), p.Variance()
		want := 0.0
		for j := range r {
			k := dense(t, f.Shapes[f.Assigned[j]], n, track.Speakers)
			if trace := mat.Trace(k) / float64(n); math.Abs(trace-1) > tolerance {
				rt.Errorf("the mean diagonal is %g, want 1", trace)
			}
			k.ScaleSym(f.Variances[j], k)
			m, cov, density := textbook(t, k, track.Observed, func(i int) float64 { return track.Rows[i][j] })
			want += density
			o, missing := split(track.Observed)
			for a, i := range missing {
				if got := mean[i][j]; math.Abs(got-m[a]) > tolerance {
					rt.Errorf("mean of row %d: got %g, want %g", i, got, m[a])
				}
				if got := variance[i][j]; math.Abs(got-cov.At(a, a)) > tolerance {
					rt.Errorf("variance of row %d: got %g, want %g", i, got, cov.At(a, a))
				}
			}
			for _, i := range o {
				if mean[i][j] != track.Rows[i][j] || variance[i][j] != 0 {
					rt.Errorf("observed row %d: got %g ± %g, want itself", i, mean[i][j], variance[i][j])
				}
			}
		}
		if got := p.LogLikelihood(); math.Abs(got-want) > tolerance*max(1, math.Abs(want)) {
			rt.Errorf("log likelihood: got %.12g, want %.12g", got, want)
		}
	})
}

// The mean and the covariance of draws are those of the dense computation. Each entry of
// a sample mean has the standard error √(C_ii/K), each of a sample covariance
// √((C_ii·C_jj + C_ij²)/K); 5 of them allow for the 54 entries that are compared, with a
// chance below 1e-4 to fail for a right sampler.
func TestDrawsHaveTheConditionalMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	f := &spectral.Filter{
		Shapes:    []spectral.Shape{{Constant: 0.2, LowPass: 0.2, White: 0.15, Theta: 5, SpeakerConstant: 0.2, SpeakerLowPass: 0.25, SpeakerTheta: 3}},
		Variances: []float64{2}, Assigned: []int{0},
	}
	track := randomTrack(rng, 14, 1, 3, 0.6)
	p := condition(t, f, track)
	_, missing := split(track.Observed)
	k := dense(t, f.Shapes[0], 14, track.Speakers)
	k.ScaleSym(2, k)
	mean, cov, _ := textbook(t, k, track.Observed, func(i int) float64 { return track.Rows[i][0] })
	const draws, bound = 20000, 5
	first, second := make([]float64, len(missing)), mat.NewDense(len(missing), len(missing), nil)
	for range draws {
		x := p.Draw(rng)
		for a, i := range missing {
			first[a] += (x[i][0] - mean[a]) / draws
			for b, j := range missing {
				second.Set(a, b, second.At(a, b)+(x[i][0]-mean[a])*(x[j][0]-mean[b])/draws)
			}
		}
	}
	for a := range missing {
		if got, limit := first[a], bound*math.Sqrt(cov.At(a, a)/draws); math.Abs(got) > limit {
			t.Errorf("mean of draws of row %d: off by %g, want at most %g", missing[a], got, limit)
		}
		for b := range a + 1 {
			limit := bound * math.Sqrt((cov.At(a, a)*cov.At(b, b)+cov.At(a, b)*cov.At(a, b))/draws)
			if got, want := second.At(a, b), cov.At(a, b); math.Abs(got-want) > limit {
				t.Errorf("covariance of rows %d and %d: got %g, want %g ± %g", missing[a], missing[b], got, want, limit)
			}
		}
	}
}

// A draw is the mean and the noise of the same random state; an observed row has no noise.
func TestNoiseIsTheDrawLessTheMean(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	f, track := randomFilter(rng, 5), randomTrack(rng, 12, 5, 2, 0.5)
	p := condition(t, f, track)
	mean := p.Mean()
	draw, noise := p.Draw(rand.New(rand.NewPCG(1, 1))), p.Noise(rand.New(rand.NewPCG(1, 1)))
	for i := range draw {
		for j, x := range draw[i] {
			if math.Abs(x-mean[i][j]-noise[i][j]) > tolerance {
				t.Errorf("row %d: draw %g, mean %g, noise %g", i, x, mean[i][j], noise[i][j])
			}
			if (noise[i][j] == 0) != track.Observed[i] {
				t.Errorf("row %d, observed %v, has the noise %g", i, track.Observed[i], noise[i][j])
			}
		}
	}
}

// Without speakers, or with one, the second graph is the chain of the conversation.
func TestOneSpeakerIsNoSpeaker(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	f, track := randomFilter(rng, 5), randomTrack(rng, 20, 5, 0, 0.5)
	none := condition(t, f, track)
	track.Speakers = make([]erc.Speaker, 20)
	for i := range track.Speakers {
		track.Speakers[i] = 4
	}
	one := condition(t, f, track)
	if got, want := one.LogLikelihood(), none.LogLikelihood(); got != want {
		t.Errorf("log likelihood: got %g, want %g", got, want)
	}
	if !reflect.DeepEqual(one.Mean(), none.Mean()) || !reflect.DeepEqual(one.Variance(), none.Variance()) {
		t.Error("means or variances differ")
	}
	track.Speakers[3] = 5
	if two := condition(t, f, track); two.LogLikelihood() == one.LogLikelihood() {
		t.Error("a second speaker changes nothing")
	}
}

// A track of no utterances has an empty posterior.
func TestFilterOfNoUtterances(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	p := condition(t, randomFilter(rng, 4), spectral.Track{})
	if l := p.LogLikelihood(); l != 0 || len(p.Mean()) != 0 || len(p.Draw(rng)) != 0 || len(p.Variance()) != 0 {
		t.Errorf("got the log likelihood %g and %d rows, want nothing", l, len(p.Mean()))
	}
}

func TestFilterRefusesWhatIsNotANumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for _, c := range []struct {
		change func(f *spectral.Filter, t *spectral.Track)
		want   string
	}{
		{func(_ *spectral.Filter, t *spectral.Track) { t.Rows[2][1] = math.NaN() }, "row 2, component 1"},
		{func(_ *spectral.Filter, t *spectral.Track) { t.Rows[4][0] = math.Inf(-1) }, "row 4, component 0"},
		{func(_ *spectral.Filter, t *spectral.Track) { t.Rows[1] = []float64{1} }, "row 1 of a track has 1 components, want 3"},
		{func(_ *spectral.Filter, t *spectral.Track) { t.Observed = t.Observed[:5] }, "5 presence bits"},
		{func(_ *spectral.Filter, t *spectral.Track) { t.Speakers = t.Speakers[:5] }, "5 speakers"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Shapes[1].Theta = math.NaN() }, "NaN"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Shapes[1].Constant += 0.1 }, "sum to 1.1"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Shapes[0] = spectral.Shape{Constant: 1} }, "white share"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Variances[2] = math.Inf(1) }, "component 2"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Assigned[1] = 3 }, "shape 3 of 3"},
		{func(f *spectral.Filter, _ *spectral.Track) { f.Assigned = nil }, "0 assigned"},
	} {
		f, track := randomFilter(rng, 3), randomTrack(rng, 6, 3, 2, 0)
		c.change(f, &track)
		if _, err := f.Condition(track); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
	}
	f, track := randomFilter(rng, 3), randomTrack(rng, 6, 3, 2, 0)
	track.Observed[2], track.Rows[2] = false, []float64{math.NaN()}
	if _, err := f.Condition(track); err != nil {
		t.Errorf("a row that is not observed was read: %v", err)
	}
}

// The memory per utterance, most of which is the factor that also takes the time, grows
// neither with the conversation nor with the number of speakers, as long as few of them
// speak by turns.
func TestFilterIsLinearInUtterances(t *testing.T) {
	perUtterance := func(n int) float64 {
		rng := rand.New(rand.NewPCG(11, 1))
		f, track := randomFilter(rng, 40), randomTrack(rng, n, 40, 2, 0.5)
		for i := range track.Speakers { // two speakers at a time, a new pair every 50 turns
			track.Speakers[i] += erc.Speaker(2 * (i / 50))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := condition(t, f, track)
		p.Mean()
		p.Variance()
		for range 16 {
			p.Draw(rng)
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
	}
	if short, long := perUtterance(1000), perUtterance(10000); long > 1.2*short {
		t.Errorf("bytes per utterance: got %.0f for 1,000 utterances and %.0f for 10,000, want as many", short, long)
	}
}

// A filter is written and read as JSON without loss.
func TestFilterAsJSON(t *testing.T) {
	want := randomFilter(rand.New(rand.NewPCG(13, 1)), 6)
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := new(spectral.Filter)
	if err := json.Unmarshal(text, got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
