package spectral

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"gsdnet/erc"
)

// The derivatives that a fit follows are those of its loss by finite differences, with
// and without speakers.
func TestSlopeEqualsFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	for _, speakers := range []int{1, 3} {
		var tracks []Track
		for range 4 {
			track := Track{}
			for range 15 {
				track.Rows = append(track.Rows, []float64{rng.NormFloat64(), 2 * rng.NormFloat64()})
				track.Observed = append(track.Observed, rng.Float64() < 0.7)
				track.Speakers = append(track.Speakers, erc.Speaker(rng.IntN(speakers)))
			}
			tracks = append(tracks, track)
		}
		data, err := newTraining(tracks)
		if err != nil {
			t.Fatal(err)
		}
		s := &search{ctx: context.Background(), selection: data.pick([]int{0, 1})}
		x := []float64{-1, 0.3, 1.2, -0.5, 0.2, 0.4}
		if speakers == 1 {
			x = x[:3]
		}
		got := make([]float64, len(x))
		s.loss(decode(x), got)
		want := fd.Gradient(nil, func(x []float64) float64 { return s.loss(decode(x), nil) }, x, &fd.Settings{Formula: fd.Central})
		for k := range x {
			if math.Abs(got[k]-want[k]) > 1e-6 {
				t.Errorf("%d speakers, parameter %d: got %g, want %g", speakers, k, got[k], want[k])
			}
		}
		back := encode(decode(x), speakers > 1)
		for k := range x {
			if math.Abs(back[k]-x[k]) > 1e-9 {
				t.Errorf("%d speakers, parameter %d: encode(decode) gives %g, want %g", speakers, k, back[k], x[k])
			}
		}
	}
}
