package explain_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"gsdnet/erc"
	"gsdnet/explain"
)

// games draws a value for each set of modalities.
func games(t *rapid.T, name string) func(erc.Present) float64 {
	values := rapid.SliceOfN(rapid.Float64Range(-10, 10), int(erc.All)+1, int(erc.All)+1).Draw(t, name)
	return func(p erc.Present) float64 { return values[p] }
}

func sum(x [erc.NumModalities]float64) float64 { return x[0] + x[1] + x[2] }

// The values add up to what they divide, those who are no players have none, and the values
// of a sum of games are the sums of the values.
func TestShapleyAxioms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		players := erc.Present(rapid.IntRange(0, int(erc.All)).Draw(t, "players"))
		f, g := games(t, "f"), games(t, "g")
		a, b := explain.Shapley(players, f), explain.Shapley(players, g)
		if got, want := sum(a), f(players)-f(erc.None); math.Abs(got-want) > 1e-12 {
			t.Errorf("players %v: the values add up to %g, want %g", players, got, want)
		}
		both := explain.Shapley(players, func(p erc.Present) float64 { return f(p) + g(p) })
		for _, m := range erc.Modalities {
			if !players.Has(m) && a[m] != 0 {
				t.Errorf("players %v: %s is none and has the value %g, want 0", players, m, a[m])
			}
			if math.Abs(both[m]-a[m]-b[m]) > 1e-12 {
				t.Errorf("%s: the sum of two games has the value %g, want %g", m, both[m], a[m]+b[m])
			}
		}
	})
}

// A modality that changes nothing has the value 0, two that are exchangeable have the same,
// and the values do not depend on the names of the players.
func TestShapleyNullAndSymmetricPlayers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := games(t, "f")
		without := erc.Modality(rapid.IntRange(0, 2).Draw(t, "null"))
		null := explain.Shapley(erc.All, func(p erc.Present) float64 { return f(p &^ erc.None.With(without)) })
		if null[without] != 0 {
			t.Errorf("%s changes nothing and has the value %g, want 0", without, null[without])
		}
		symmetric := explain.Shapley(erc.All, func(p erc.Present) float64 { return f(erc.Present(p.Count())) })
		if math.Abs(symmetric[0]-symmetric[1]) > 1e-12 || math.Abs(symmetric[0]-symmetric[2]) > 1e-12 {
			t.Errorf("got %v of exchangeable players, want the same of all", symmetric)
		}
		turned := func(p erc.Present) erc.Present { return (p<<1 | p>>2) & erc.All } // text to audio, audio to visual
		a, b := explain.Shapley(erc.All, f), explain.Shapley(erc.All, func(p erc.Present) float64 { return f(turned(p)) })
		for m := range a {
			if math.Abs(b[m]-a[(m+1)%3]) > 1e-12 {
				t.Errorf("got %v under other names of %v", b, a)
			}
		}
	})
}

// A worked example: text and audio are worth 1 and 2 alone and 6 together, and visual
// changes nothing.
func TestShapleyByHand(t *testing.T) {
	worth := map[erc.Present]float64{0: 0, 1: 1, 2: 2, 3: 6}
	got := explain.Shapley(erc.All, func(p erc.Present) float64 { return worth[p&3] })
	if want := [erc.NumModalities]float64{2.5, 3.5, 0}; sum(got) != 6 || math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 || got[2] != 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}
