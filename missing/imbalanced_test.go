package missing_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/missing"
)

// triples lists the rules of the imbalanced protocol with the rates of each.
func triples(t *testing.T) map[missing.Rule][3]float64 {
	t.Helper()
	out := map[missing.Rule][3]float64{}
	for _, rule := range missing.AllRules() {
		if rule.Protocol != "imbalanced" {
			continue
		}
		var rates [3]float64
		for m, text := range strings.Split(rule.Point, "-") {
			rates[m], _ = strconv.ParseFloat(text, 64)
		}
		if rates[0]*rates[1]*rates[2] < 0.0799 || math.Abs(rates[0]+rates[1]+rates[2]-1.5) > 1e-9 {
			t.Errorf("%s: got rates %v, want a permutation of .2, .5, .8", rule, rates)
		}
		out[rule] = rates
	}
	if len(out) != 6 {
		t.Fatalf("got %d rules, want the six permutations", len(out))
	}
	return out
}

func TestImbalancedRatesAreExactToTwoUtterances(t *testing.T) {
	for rule, rates := range triples(t) {
		for n := 1; n <= 400; n += 1 + n/20 {
			var absent [3]float64
			for _, p := range rule.Draw(one(complete(n)), stream.New(uint64(n), "test")) {
				for _, m := range erc.Modalities {
					if !p.Has(m) {
						absent[m]++
					}
				}
			}
			for m, rate := range rates {
				if math.Abs(absent[m]-rate*float64(n)) >= 2 {
					t.Errorf("%s, n = %d: modality %d: got %g absent, want within 2 of %g", rule, n, m, absent[m], rate*float64(n))
				}
			}
		}
	}
}

func TestImbalancedConversationsAreUnbiasedHoweverShort(t *testing.T) {
	const draws = 20_000
	for rule, rates := range triples(t) {
		for _, n := range []int{1, 2, 5} {
			rng := stream.New(4, "test", uint64(n))
			var absent [3]float64
			for range draws {
				for _, p := range rule.DrawConversation(complete(n), rng) {
					for _, m := range erc.Modalities {
						if !p.Has(m) {
							absent[m]++
						}
					}
				}
			}
			// The mean over n cells deviates by at most 1/2, in each draw; five sigma.
			slack := 5 * 0.5 / math.Sqrt(draws)
			for m, want := range rates {
				if got := absent[m] / float64(n*draws); math.Abs(got-want) > slack {
					t.Errorf("%s, n = %d: modality %d: got rate %.4f, want %.4f ± %.4f", rule, n, m, got, want, slack)
				}
			}
		}
	}
}

// Of all laws of these rates that leave one modality, the one of largest entropy has
// the form Π x_m over the absent modalities: the odds of being absent do not depend on
// whether another modality is absent.
func TestImbalancedModalitiesAreAsIndependentAsTheyCanBe(t *testing.T) {
	for rule := range triples(t) {
		var of [8]float64 // by what is absent, of 10,000
		for _, p := range rule.Draw(one(complete(10_000)), stream.New(5, "test")) {
			of[erc.All&^p]++
		}
		for _, pair := range [][2]int{{1, 2}, {1, 4}, {2, 4}} {
			got, want := of[pair[0]|pair[1]]*of[0], of[pair[0]]*of[pair[1]]
			if math.Abs(got/want-1) > 0.02 { // shares are rounded to one in ten thousand
				t.Errorf("%s: absent %03b and %03b: got odds ratio %.3f, want 1", rule, pair[0], pair[1], got/want)
			}
		}
	}
}

func TestAuditSaysTheRatesWithNaturalAbsence(t *testing.T) {
	// Every second utterance lacks text by nature.
	c := corpus([]int{400}, erc.All, 0b110)
	rule := missing.Rule{Protocol: "imbalanced", Point: "0.2-0.5-0.8"}
	got := freeze(t, c, erc.Test, rule, 0).Audit(c.In(erc.Test))
	if want := 200.0 / 1200; math.Abs(got.Natural-want) > 1e-12 {
		t.Errorf("got natural rate %.4f, want %.4f", got.Natural, want)
	}
	// Text is absent in half of the utterances by nature, and in a fifth of the others.
	// Audio and visual stay in some utterances that would else keep nothing.
	if got.Absent[0] < 0.5 || math.Abs(got.Absent[0]-0.6) > 0.08 || got.Absent[1] > 0.5 || got.Absent[2] > 0.8 {
		t.Errorf("got rates %v, want about .6 and at most .5 and .8", got.Absent)
	}
	if got.Expected != 0.5 || got.Runs != nil {
		t.Errorf("got %+v, want the expected rate 0.5 and no runs", got)
	}
}
