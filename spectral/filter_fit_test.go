package spectral_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// simulated draws conversations from a filter, by the dense-tested Draw of a track of
// which nothing is observed, and then hides a share of the rows.
func simulated(t testing.TB, rng *rand.Rand, f *spectral.Filter, conversations, n, speakers int, hidden float64) []spectral.Track {
	t.Helper()
	var tracks []spectral.Track
	for range conversations {
		track := randomTrack(rng, n, len(f.Variances), speakers, 1)
		track.Rows = condition(t, f, track).Draw(rng)
		for i := range track.Observed {
			track.Observed[i] = rng.Float64() >= hidden
		}
		tracks = append(tracks, track)
	}
	return tracks
}

func logLikelihood(t testing.TB, f *spectral.Filter, tracks []spectral.Track) float64 {
	t.Helper()
	sum := 0.0
	for _, track := range tracks {
		sum += condition(t, f, track).LogLikelihood()
	}
	return sum
}

func fit(t testing.TB, tracks []spectral.Track, shapes int) *spectral.Filter {
	t.Helper()
	f, err := spectral.FitFilter(context.Background(), tracks, shapes)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	return f
}

// truth is two shapes on six components of different variance.
var truth = &spectral.Filter{
	Shapes: []spectral.Shape{
		{Constant: 0.1, LowPass: 0.3, White: 0.3, Theta: 8, SpeakerConstant: 0.3},
		{Constant: 0.05, LowPass: 0.15, White: 0.8, Theta: 3},
	},
	Variances: []float64{4, 2, 1, 1, 0.5, 0.1},
	Assigned:  []int{0, 0, 0, 1, 1, 1},
}

// The shapes and variances that made the data come back, with rows missing, and the
// fitted filter is at least as likely as the truth. The bounds are about 4 standard
// errors: 120 conversations of 4 speakers have a relative error of √(2/480) in a speaker
// mode of 3 components.
func TestFitRecoversWhatMadeTheData(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	tracks := simulated(t, rng, truth, 120, 40, 4, 0.3)
	f := fit(t, tracks, 0)
	if got, want := logLikelihood(t, f, tracks), logLikelihood(t, truth, tracks); got < want {
		t.Errorf("log likelihood: got %.2f, less than %.2f of the truth", got, want)
	}
	for j, k := range f.Assigned {
		got, want := f.Shapes[k], truth.Shapes[truth.Assigned[j]]
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"constant", got.Constant, want.Constant}, {"low pass", got.LowPass, want.LowPass}, {"white", got.White, want.White},
			{"speaker constant", got.SpeakerConstant, want.SpeakerConstant}, {"speaker low pass", got.SpeakerLowPass, want.SpeakerLowPass},
		} {
			if math.Abs(c.got-c.want) > 0.08 {
				t.Errorf("component %d, %s: got %.3f, want %.3f", j, c.name, c.got, c.want)
			}
		}
		if ratio := f.Variances[j] / truth.Variances[j]; math.Abs(ratio-1) > 0.15 {
			t.Errorf("component %d: got the variance %.3f, want %.3f", j, f.Variances[j], truth.Variances[j])
		}
		if math.Abs(math.Log(got.Theta/want.Theta)) > math.Log(2.5) {
			t.Errorf("component %d: got θ %.2f, want %.2f", j, got.Theta, want.Theta)
		}
	}
}

// Every small change of a fitted filter makes its training data less likely.
func TestFitIsAMaximumOfTheLikelihood(t *testing.T) {
	tracks := simulated(t, rand.New(rand.NewPCG(22, 1)), truth, 40, 30, 3, 0.2)
	f := fit(t, tracks, 0)
	best := logLikelihood(t, f, tracks)
	worse := func(what string, change func(g *spectral.Filter)) {
		g := &spectral.Filter{Shapes: append([]spectral.Shape(nil), f.Shapes...), Variances: append([]float64(nil), f.Variances...), Assigned: f.Assigned}
		change(g)
		if now := logLikelihood(t, g, tracks); now > best+0.2 {
			t.Errorf("%s: the log likelihood rises from %.3f to %.3f", what, best, now)
		}
	}
	for k := range f.Shapes {
		for _, step := range []float64{-0.03, 0.03} {
			worse("constant", func(g *spectral.Filter) { move(&g.Shapes[k].Constant, &g.Shapes[k].White, step) })
			worse("low pass", func(g *spectral.Filter) { move(&g.Shapes[k].LowPass, &g.Shapes[k].White, step) })
			worse("speaker constant", func(g *spectral.Filter) { move(&g.Shapes[k].SpeakerConstant, &g.Shapes[k].White, step) })
			worse("theta", func(g *spectral.Filter) { g.Shapes[k].Theta *= 1 + 5*step })
		}
	}
	for j := range f.Variances {
		worse("variance", func(g *spectral.Filter) { g.Variances[j] *= 1.05 })
		worse("variance", func(g *spectral.Filter) { g.Variances[j] /= 1.05 })
	}
}

// move takes a step of one share from another, or nothing where a share would leave its
// range or is not used.
func move(share, white *float64, step float64) {
	if *share == 0 || *share+step < 0 || *white-step < spectral.MinWhite {
		return
	}
	*share += step
	*white -= step
}

// Rows without dependence are given none, and one shape serves components that differ in
// variance alone.
func TestFitFindsNoGraphInWhiteNoise(t *testing.T) {
	var tracks []spectral.Track
	rng := rand.New(rand.NewPCG(23, 1))
	for range 30 {
		track := randomTrack(rng, 30, 5, 2, 0.2)
		for _, row := range track.Rows {
			for j := range row {
				row[j] *= float64(j + 1)
			}
		}
		tracks = append(tracks, track)
	}
	f := fit(t, tracks, 0)
	if len(f.Shapes) != 1 || f.Shapes[0].White < 0.97 {
		t.Errorf("got %+v, want one white shape", f.Shapes)
	}
}

// Without speakers the second graph is not fitted.
func TestFitWithoutSpeakers(t *testing.T) {
	tracks := simulated(t, rand.New(rand.NewPCG(24, 1)), truth, 20, 30, 3, 0)
	for i := range tracks {
		tracks[i].Speakers = nil
	}
	for _, s := range fit(t, tracks, 0).Shapes {
		if s.SpeakerConstant != 0 || s.SpeakerLowPass != 0 {
			t.Errorf("got %+v, want no share of speakers", s)
		}
	}
}

func TestFitIsDeterministicAndObeysItsLimits(t *testing.T) {
	tracks := simulated(t, rand.New(rand.NewPCG(25, 1)), truth, 20, 20, 2, 0.3)
	a, b := fit(t, tracks, 1), fit(t, tracks, 1)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("two fits differ: %+v and %+v", a, b)
	}
	if len(a.Shapes) != 1 {
		t.Errorf("got %d shapes, want 1", len(a.Shapes))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := spectral.FitFilter(ctx, tracks, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// A component that is 0 everywhere has variance 0, is drawn as 0 and adds nothing to the
// likelihood. Conversations of which nothing is observed are skipped; nothing but such
// ones is an error, and so are values that are not numbers.
func TestFitOfOddData(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 1))
	tracks := []spectral.Track{randomTrack(rng, 20, 3, 0, 0.2), randomTrack(rng, 5, 3, 0, 1), randomTrack(rng, 1, 3, 1, 0)}
	for _, track := range tracks {
		for _, row := range track.Rows {
			if row != nil {
				row[1] = 0
			}
		}
	}
	f := fit(t, tracks, 0)
	if f.Variances[1] != 0 || f.Variances[0] == 0 {
		t.Errorf("got the variances %v, want 0 for the second component alone", f.Variances)
	}
	p := condition(t, f, tracks[1])
	if draw := p.Draw(rng); draw[2][1] != 0 || draw[2][0] == 0 {
		t.Errorf("got the draw %v, want 0 for the second component alone", draw[2])
	}
	if l := condition(t, f, tracks[0]).LogLikelihood(); math.IsNaN(l) || math.IsInf(l, 0) {
		t.Errorf("got the log likelihood %g", l)
	}
	if _, err := spectral.FitFilter(context.Background(), tracks[1:2], 0); err == nil {
		t.Error("nothing observed: got no error")
	}
	tracks[0].Rows[0], tracks[0].Observed[0] = []float64{1, math.NaN(), 2}, true
	if _, err := spectral.FitFilter(context.Background(), tracks, 0); err == nil {
		t.Error("NaN: got no error")
	}
	tracks[0].Rows[0], tracks[0].Speakers = []float64{1, 0, 2}, []erc.Speaker{1}
	if _, err := spectral.FitFilter(context.Background(), tracks, 0); err == nil {
		t.Error("too few speakers: got no error")
	}
}
