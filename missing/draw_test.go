package missing_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/missing"
)

func complete(n int) []erc.Present {
	out := make([]erc.Present, n)
	for i := range out {
		out[i] = erc.All
	}
	return out
}

func counts(p []erc.Present) (with [4]int, absent int) {
	for _, x := range p {
		with[x.Count()]++
		absent += erc.NumModalities - x.Count()
	}
	return with, absent
}

// allRules is every rule of both protocols.
func allRules() []missing.Rule {
	rules := append(missing.RandomRules(missing.Independent), missing.RandomRules(missing.Batch)...)
	return append(rules, missing.FixedRules()...)
}

// anyAvailable draws data in which every utterance has at least one modality.
func anyAvailable(t *rapid.T) []erc.Present {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) erc.Present {
		return missing.Patterns[rapid.IntRange(0, 6).Draw(t, "pattern")]
	}), 0, 60).Draw(t, "available")
}

func TestSharesAgreeWithThePublishedOnes(t *testing.T) {
	// Percent of utterances with 1, 2, 3 modalities: simulation of GCNet's mask
	// generator, and the shares printed in DiCMoR's and IMDer's code.
	published := map[missing.Family][8][3]float64{
		missing.Independent: {{0, 0, 100}, {2, 26, 72}, {9, 42, 49}, {20, 49, 30}, {37, 47, 16}, {56, 38, 7}, {81, 18, 1}, {100, 0, 0}},
		missing.Batch:       {{0, 0, 100}, {10, 10, 80}, {20, 20, 60}, {30, 30, 40}, {50, 20, 30}, {70, 10, 20}, {90, 0, 10}, {100, 0, 0}},
	}
	for family, rows := range published {
		for i, rule := range missing.RandomRules(family) {
			got := rule.Shares()
			for k, want := range rows[i] {
				if math.Abs(100*got[k]-want) > 1+1e-9 {
					t.Errorf("%s: share with %d modalities: got %.2f %%, want %.0f ± 1", rule, k+1, 100*got[k], want)
				}
			}
			if want := min(rule.Rate, 2.0/3); math.Abs(rule.Expected()-want) > 1e-12 {
				t.Errorf("%s: Expected: got %g, want %g", rule, rule.Expected(), want)
			}
		}
	}
}

func TestRealisedRateIsExactToOneCell(t *testing.T) {
	for _, rule := range append(missing.RandomRules(""), missing.RandomRules(missing.Batch)...) {
		for n := 1; n <= 700; n++ {
			c := rule.Counts(n)
			if c[0] < 0 || c[1] < 0 || c[2] < 0 || c[0]+c[1]+c[2] != n {
				t.Fatalf("%s, n = %d: got counts %v", rule, n, c)
			}
			got, want := float64(2*c[0]+c[1]), rule.Expected()*3*float64(n)
			if math.Abs(got-want) > 0.5+1e-6 {
				t.Errorf("%s, n = %d: got %g absent cells, want %g", rule, n, got, want)
			}
			for k, share := range rule.Shares() {
				if math.Abs(float64(c[k])-share*float64(n)) > 1.5+1e-6 {
					t.Errorf("%s, n = %d: got %d utterances with %d, want %.2f", rule, n, c[k], k+1, share*float64(n))
				}
			}
		}
	}
}

func TestCountsByHand(t *testing.T) {
	// 686 utterances at 0.3: 617.4 absent cells; shares .2025, .495, .3025.
	rule := missing.Rule{Protocol: missing.Random, Rate: 0.3}
	if got, want := rule.Counts(686), [3]int{139, 339, 208}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	rule.Rate = 0.7
	if got, want := rule.Counts(5), [3]int{5, 0, 0}; got != want {
		t.Errorf("at 0.7: got %v, want %v", got, want)
	}
}

func TestDrawKeepsTheCountsAndBalancesThePatterns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := allRules()[rapid.IntRange(0, 15).Draw(t, "random rule")]
		n := rapid.IntRange(0, 200).Draw(t, "n")
		got := rule.Draw(complete(n), stream.New(rapid.Uint64().Draw(t, "seed"), "test"))
		with, _ := counts(got)
		if want := rule.Counts(n); [3]int(with[1:]) != want {
			t.Fatalf("%s: got counts %v, want %v", rule, with[1:], want)
		}
		var of [8]int
		for _, p := range got {
			of[p]++
		}
		for _, group := range [2][]erc.Present{missing.Patterns[:3], missing.Patterns[3:6]} {
			low, high := n, 0
			for _, p := range group {
				low, high = min(low, of[p]), max(high, of[p])
			}
			if high-low > 1 {
				t.Fatalf("%s: patterns %v are %d to %d times there", rule, group, low, high)
			}
		}
	})
}

func TestEveryUtteranceIsTreatedAlike(t *testing.T) {
	// Where an utterance stands says nothing about what it keeps: chi-square over
	// 7 patterns at each of 7 positions, 6 degrees of freedom, 99.99 % point 27.9.
	const draws = 7000
	rule := missing.Rule{Protocol: missing.Random, Rate: 0.4}
	for name, draw := range map[string]func([]erc.Present, *rand.Rand) []erc.Present{
		"Draw": rule.Draw, "DrawConversation": rule.DrawConversation,
	} {
		var seen [7][8]float64
		for d := range draws {
			for i, p := range draw(complete(7), stream.New(1, name, uint64(d))) {
				seen[i][p]++
			}
		}
		c := rule.Counts(7)
		expected := [3]float64{float64(c[0]) / 7 / 3, float64(c[1]) / 7 / 3, float64(c[2]) / 7}
		if name == "DrawConversation" {
			s := rule.Shares()
			expected = [3]float64{s[0] / 3, s[1] / 3, s[2]}
		}
		for i := range seen {
			chi := 0.0
			for _, p := range missing.Patterns {
				want := draws * expected[p.Count()-1]
				chi += (seen[i][p] - want) * (seen[i][p] - want) / want
			}
			if chi > 27.9 {
				t.Errorf("%s: position %d: got chi-square %.1f, want at most 27.9; patterns %v", name, i, chi, seen[i])
			}
		}
	}
}

func TestConversationDrawIsUnbiasedHoweverShort(t *testing.T) {
	const draws = 20000
	for _, rule := range append(missing.RandomRules(""), missing.RandomRules(missing.Batch)...) {
		for _, n := range []int{1, 2, 3, 7} {
			rng, total := stream.New(3, "test", uint64(n)), 0
			var with [4]int
			for range draws {
				one, absent := counts(rule.DrawConversation(complete(n), rng))
				total += absent
				for k, share := range rule.Shares() {
					with[k+1] += one[k+1]
					if math.Abs(float64(one[k+1])-share*float64(n)) >= 1+1e-9 {
						t.Fatalf("%s, n = %d: got %d utterances with %d, want within one of %.2f", rule, n, one[k+1], k+1, share*float64(n))
					}
				}
			}
			// 3n cells with a standard deviation of at most 1/2 each, five sigma.
			slack := 5 * 0.5 / math.Sqrt(draws)
			if got, want := float64(total)/float64(3*n*draws), rule.Expected(); math.Abs(got-want) > slack {
				t.Errorf("%s, n = %d: mean rate: got %.4f, want %.4f", rule, n, got, want)
			}
			for k, want := range rule.Shares() {
				if got := float64(with[k+1]) / float64(n*draws); math.Abs(got-want) > slack {
					t.Errorf("%s, n = %d: mean share with %d: got %.4f, want %.4f", rule, n, k+1, got, want)
				}
			}
		}
	}
}

func TestMixedDrawsEveryRateAlike(t *testing.T) {
	rng, seen := stream.New(5, "test"), map[float64]int{}
	for range 8000 {
		p, rate := missing.DrawMixed(missing.Independent, complete(4), rng)
		seen[rate]++
		if _, absent := counts(p); rate == 0 && absent != 0 || rate == 0.7 && absent != 8 {
			t.Fatalf("rate %g: got %d absent cells of 12", rate, absent)
		}
	}
	chi := 0.0
	for _, rate := range missing.Rates {
		chi += math.Pow(float64(seen[rate])-1000, 2) / 1000
	}
	if chi > 29.9 { // 7 degrees of freedom, 99.99 %
		t.Errorf("got chi-square %.1f over %v", chi, seen)
	}
}

func TestNothingIsInventedAndNoUtteranceIsEmptied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := allRules()[rapid.IntRange(0, 22).Draw(t, "rule")]
		available := anyAvailable(t)
		seed := rapid.Uint64().Draw(t, "seed")
		for name, draw := range map[string]func([]erc.Present, *rand.Rand) []erc.Present{
			"Draw": rule.Draw, "DrawConversation": rule.DrawConversation,
		} {
			got := draw(available, stream.New(seed, "test"))
			if again := draw(available, stream.New(seed, "test")); !cmp.Equal(got, again) {
				t.Fatalf("%s %s: the same seed drew %v and %v", rule, name, got, again)
			}
			for i, p := range got {
				if p == erc.None || p&^available[i] != 0 {
					t.Fatalf("%s %s: row %d: got %s of %s", rule, name, i, p, available[i])
				}
				if both := available[i] & rule.Pattern; rule.Protocol == missing.Fixed && both != 0 && p != both {
					t.Fatalf("%s %s: row %d: got %s, want %s", rule, name, i, p, both)
				}
			}
		}
	})
}

func TestNaturalAbsenceKeepsTheLesserCount(t *testing.T) {
	// One utterance with two modalities, at a rate that leaves one or two: what is
	// kept is uniform over what it has.
	has := erc.None.With(erc.Text).With(erc.Visual)
	var seen [8]int
	rule := missing.Rule{Protocol: missing.Random, Rate: 0.7}
	for d := range 4000 {
		seen[rule.Draw([]erc.Present{has}, stream.New(0, "test", uint64(d)))[0]]++
	}
	if seen[0b001]+seen[0b100] != 4000 || math.Abs(float64(seen[0b001])-2000) > 5*32 {
		t.Errorf("got %d times {t} and %d times {v} of 4000, want about half each", seen[0b001], seen[0b100])
	}
	rule.Rate = 0
	if got := rule.Draw([]erc.Present{has}, stream.New(0, "test"))[0]; got != has {
		t.Errorf("at rate 0: got %s, want %s", got, has)
	}
	fixed := missing.Rule{Protocol: missing.Fixed, Pattern: 0b010}
	if got := fixed.Draw([]erc.Present{has}, stream.New(0, "test"))[0]; got.Count() != 1 || got&^has != 0 {
		t.Errorf("a pattern the data lack: got %s, want one of %s", got, has)
	}
}

func TestUnknownRulesAreRefused(t *testing.T) {
	for _, rule := range []missing.Rule{
		{}, {Protocol: "half"}, {Protocol: missing.Random, Rate: 0.35}, {Protocol: missing.Random, Rate: math.NaN()},
		{Protocol: missing.Random, Rate: -0.1}, {Protocol: missing.Random, Family: "gcnet"},
		{Protocol: missing.Fixed}, {Protocol: missing.Fixed, Pattern: 8},
	} {
		wantInput(t, rule.Check())
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: Draw did not panic", rule)
				}
			}()
			rule.Draw(complete(3), stream.New(0, "test"))
		}()
	}
}

func TestParsePattern(t *testing.T) {
	for _, p := range missing.Patterns {
		if got, err := missing.ParsePattern(p.String()); err != nil || got != p {
			t.Errorf("ParsePattern(%q): got %s, %v", p, got, err)
		}
	}
	if got, err := missing.ParsePattern("va"); err != nil || got != 0b110 {
		t.Errorf("ParsePattern(va): got %s, %v", got, err)
	}
	for _, s := range []string{"", "{}", "x", "tt", "text"} {
		_, err := missing.ParsePattern(s)
		wantInput(t, err)
	}
}
