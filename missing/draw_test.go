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

// patterns are the sets of modalities that an utterance can have, in the order of the
// fixed protocol's points.
var patterns = []erc.Present{0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111}

// one returns a split of one conversation.
func one(available []erc.Present) [][]erc.Present { return [][]erc.Present{available} }

// randomRules is every rule of the random protocol, in both families.
func randomRules() []missing.Rule {
	return append(missing.RandomRules(""), missing.RandomRules("batch")...)
}

// shares returns the shares of utterances with one, two and three modalities that a
// rule of the random protocol aims at: they are whole numbers of ten-thousandths.
func shares(rule missing.Rule) (out [3]float64) {
	with, _ := counts(rule.Draw(one(complete(10_000)), stream.New(0, "shares")))
	for k := range out {
		out[k] = float64(with[k+1]) / 10_000
	}
	return out
}

// draws are the two ways to draw one conversation.
func draws(rule missing.Rule) map[string]func([]erc.Present, *rand.Rand) []erc.Present {
	return map[string]func([]erc.Present, *rand.Rand) []erc.Present{
		"Draw":             func(available []erc.Present, rng *rand.Rand) []erc.Present { return rule.Draw(one(available), rng) },
		"DrawConversation": rule.DrawConversation,
	}
}

// anyAvailable draws data in which every utterance has at least one modality.
func anyAvailable(t *rapid.T) []erc.Present {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) erc.Present {
		return patterns[rapid.IntRange(0, 6).Draw(t, "pattern")]
	}), 0, 60).Draw(t, "available")
}

func TestSharesAgreeWithThePublishedOnes(t *testing.T) {
	// Percent of utterances with 1, 2, 3 modalities: simulation of GCNet's mask
	// generator, and the shares printed in DiCMoR's and IMDer's code.
	published := map[string][8][3]float64{
		"":      {{0, 0, 100}, {2, 26, 72}, {9, 42, 49}, {20, 49, 30}, {37, 47, 16}, {56, 38, 7}, {81, 18, 1}, {100, 0, 0}},
		"batch": {{0, 0, 100}, {10, 10, 80}, {20, 20, 60}, {30, 30, 40}, {50, 20, 30}, {70, 10, 20}, {90, 0, 10}, {100, 0, 0}},
	}
	for family, rows := range published {
		for i, rule := range missing.RandomRules(family) {
			got := shares(rule)
			for k, want := range rows[i] {
				if math.Abs(100*got[k]-want) > 1+1e-9 {
					t.Errorf("%s: share with %d modalities: got %.2f %%, want %.0f ± 1", rule, k+1, 100*got[k], want)
				}
			}
			if want := min(float64(i)/10, 2.0/3); math.Abs(rule.Expected()-want) > 1e-12 {
				t.Errorf("%s: Expected: got %g, want %g", rule, rule.Expected(), want)
			}
		}
	}
}

func TestRealisedRateIsExactToOneCell(t *testing.T) {
	for _, rule := range randomRules() {
		share := shares(rule)
		for n := 1; n <= 700; n += 1 + n/50 {
			with, absent := counts(rule.Draw(one(complete(n)), stream.New(0, "test")))
			got, want := float64(absent), rule.Expected()*3*float64(n)
			if math.Abs(got-want) > 0.5+1e-6 {
				t.Errorf("%s, n = %d: got %g absent cells, want %g", rule, n, got, want)
			}
			for k, share := range share {
				if math.Abs(float64(with[k+1])-share*float64(n)) > 1.5+1e-6 {
					t.Errorf("%s, n = %d: got %d utterances with %d, want %.2f", rule, n, with[k+1], k+1, share*float64(n))
				}
			}
		}
	}
}

func TestCountsByHand(t *testing.T) {
	// 686 utterances at 0.3: 617.4 absent cells; shares .2025, .495, .3025.
	got, _ := counts(random(0.3).Draw(one(complete(686)), stream.New(0, "test")))
	if want := [4]int{0, 139, 339, 208}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	got, _ = counts(random(0.7).Draw(one(complete(5)), stream.New(0, "test")))
	if want := [4]int{0, 5, 0, 0}; got != want {
		t.Errorf("at 0.7: got %v, want %v", got, want)
	}
}

func TestDrawBalancesThePatterns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(randomRules()).Draw(t, "rule")
		n := rapid.IntRange(0, 200).Draw(t, "n")
		got := rule.Draw(one(complete(n)), stream.New(rapid.Uint64().Draw(t, "seed"), "test"))
		var of [8]int
		for _, p := range got {
			of[p]++
		}
		for _, group := range [2][]erc.Present{patterns[:3], patterns[3:6]} {
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
	const n = 7000
	rule := random(0.4)
	for name, draw := range draws(rule) {
		var seen [7][8]float64
		for d := range n {
			for i, p := range draw(complete(7), stream.New(1, name, uint64(d))) {
				seen[i][p]++
			}
		}
		c, _ := counts(rule.Draw(one(complete(7)), stream.New(1, "counts")))
		expected := [3]float64{float64(c[1]) / 7 / 3, float64(c[2]) / 7 / 3, float64(c[3]) / 7}
		if name == "DrawConversation" {
			s := shares(rule)
			expected = [3]float64{s[0] / 3, s[1] / 3, s[2]}
		}
		for i := range seen {
			chi := 0.0
			for _, p := range patterns {
				want := n * expected[p.Count()-1]
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
	for _, rule := range randomRules() {
		share := shares(rule)
		for _, n := range []int{1, 2, 3, 7} {
			rng, total := stream.New(3, "test", uint64(n)), 0
			var with [4]int
			for range draws {
				drawn, absent := counts(rule.DrawConversation(complete(n), rng))
				total += absent
				for k, share := range share {
					with[k+1] += drawn[k+1]
					if math.Abs(float64(drawn[k+1])-share*float64(n)) >= 1+1e-9 {
						t.Fatalf("%s, n = %d: got %d utterances with %d, want within one of %.2f", rule, n, drawn[k+1], k+1, share*float64(n))
					}
				}
			}
			// 3n cells with a standard deviation of at most 1/2 each, five sigma.
			slack := 5 * 0.5 / math.Sqrt(draws)
			if got, want := float64(total)/float64(3*n*draws), rule.Expected(); math.Abs(got-want) > slack {
				t.Errorf("%s, n = %d: mean rate: got %.4f, want %.4f", rule, n, got, want)
			}
			for k, want := range share {
				if got := float64(with[k+1]) / float64(n*draws); math.Abs(got-want) > slack {
					t.Errorf("%s, n = %d: mean share with %d: got %.4f, want %.4f", rule, n, k+1, got, want)
				}
			}
		}
	}
}

func TestOneRuleIsAsLikelyAsAnother(t *testing.T) {
	rng, seen := stream.New(5, "test"), map[int]int{}
	for range 8000 {
		_, absent := counts(missing.DrawOneOf(missing.RandomRules(""), complete(40), rng))
		seen[(absent+6)/12]++ // 40 utterances: 120 cells, and whole numbers at every rate but 0.7
	}
	chi := 0.0
	for rate := range 8 {
		chi += math.Pow(float64(seen[rate])-1000, 2) / 1000
	}
	if chi > 29.9 { // 7 degrees of freedom, 99.99 %
		t.Errorf("got chi-square %.1f over %v", chi, seen)
	}
}

func TestNothingIsInventedAndNoUtteranceIsEmptied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(missing.AllRules()).Draw(t, "rule")
		available := anyAvailable(t)
		seed := rapid.Uint64().Draw(t, "seed")
		for name, draw := range draws(rule) {
			got := draw(available, stream.New(seed, "test"))
			if again := draw(available, stream.New(seed, "test")); !cmp.Equal(got, again) {
				t.Fatalf("%s %s: the same seed drew %v and %v", rule, name, got, again)
			}
			for i, p := range got {
				if p == erc.None || p&^available[i] != 0 {
					t.Fatalf("%s %s: row %d: got %s of %s", rule, name, i, p, available[i])
				}
			}
		}
	})
}

func TestFixedKeepsWhatThereIsOfThePattern(t *testing.T) {
	for i, rule := range missing.FixedRules() {
		for _, has := range patterns {
			got := rule.DrawConversation([]erc.Present{has}, stream.New(0, "test"))[0]
			if want := has & patterns[i]; want != erc.None && got != want {
				t.Errorf("%s of %s: got %s, want %s", rule, has, got, want)
			}
		}
	}
}

func TestNaturalAbsenceKeepsTheLesserCount(t *testing.T) {
	// One utterance with two modalities, at a rate that leaves one or two: what is
	// kept is uniform over what it has.
	has := erc.None.With(erc.Text).With(erc.Visual)
	var seen [8]int
	rule := random(0.7)
	for d := range 4000 {
		seen[rule.Draw(one([]erc.Present{has}), stream.New(0, "test", uint64(d)))[0]]++
	}
	if seen[0b001]+seen[0b100] != 4000 || math.Abs(float64(seen[0b001])-2000) > 5*32 {
		t.Errorf("got %d times {t} and %d times {v} of 4000, want about half each", seen[0b001], seen[0b100])
	}
	if got := random(0).Draw(one([]erc.Present{has}), stream.New(0, "test"))[0]; got != has {
		t.Errorf("at rate 0: got %s, want %s", got, has)
	}
	fixed := missing.Rule{Protocol: missing.Fixed, Point: "a"}
	if got := fixed.Draw(one([]erc.Present{has}), stream.New(0, "test"))[0]; got.Count() != 1 || got&^has != 0 {
		t.Errorf("a pattern the data lack: got %s, want one of %s", got, has)
	}
}

func TestUnknownRulesAreRefused(t *testing.T) {
	for _, rule := range []missing.Rule{
		{}, {Protocol: "half"}, {Protocol: missing.Random}, {Protocol: missing.Random, Point: "0.35"}, {Protocol: missing.Random, Point: "NaN"},
		{Protocol: missing.Random, Point: "-0.1"}, {Protocol: missing.Random, Point: "0"}, {Protocol: missing.Random, Family: "gcnet", Point: "0.1"},
		{Protocol: missing.Fixed}, {Protocol: missing.Fixed, Point: "x"}, {Protocol: missing.Fixed, Point: "at"}, {Protocol: missing.Fixed, Family: "batch", Point: "t"},
		{Protocol: "burst", Point: "0.7x1"}, {Protocol: "burst", Point: "0.5x2"}, {Protocol: "burst", Point: "0.5"}, {Protocol: "burst", Point: "NaNx5"},
		{Protocol: "imbalanced", Point: "0.2-0.2-0.8"}, {Protocol: "imbalanced"},
	} {
		wantInput(t, rule.Check())
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: Draw did not panic", rule)
				}
			}()
			rule.Draw(one(complete(3)), stream.New(0, "test"))
		}()
	}
}

func TestPatternsAreReadAsPeopleWriteThem(t *testing.T) {
	for _, p := range patterns {
		rules, err := missing.Settings{Protocol: missing.Fixed, Rate: p.String()}.Rules()
		if err != nil || rules[0].String() != "fixed "+p.String() {
			t.Errorf("%q: got %v, %v", p, rules, err)
		}
	}
	if rules, err := (missing.Settings{Protocol: missing.Fixed, Rate: "va"}).Rules(); err != nil || rules[0].Point != "av" {
		t.Errorf("va: got %v, %v", rules, err)
	}
	for _, s := range []string{"", "{}", "x", "tt", "text"} {
		_, err := missing.Settings{Protocol: missing.Fixed, Rate: s}.Rules()
		wantInput(t, err)
	}
}
