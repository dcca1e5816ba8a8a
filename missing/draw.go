package missing

import (
	"math/rand/v2"

	"gsdnet/erc"
)

// parts is the denominator of the shares. They are whole numbers of
// ten-thousandths, so that counts are exact and the same on every machine.
const parts = 10_000

// batchShares are the shares of utterances with one and with two modalities in
// percent, one pair a rate, of DiCMoR (ICCV 2023) and IMDer (NeurIPS 2023).
var batchShares = [len(Rates)][2]int{
	{0, 0}, {10, 10}, {20, 20}, {30, 30}, {50, 20}, {70, 10}, {90, 0}, {100, 0},
}

// shares returns the shares of utterances with 1, 2 and 3 modalities in parts.
//
// Independent: one modality, drawn uniformly, stays; each of the other two goes
// with probability a = min(1, 1.5η), so that the shares are a², 2a(1−a), (1−a)²
// and the absent share is 2a/3 = η. It is GCNet's draw without the retries.
func (r Rule) shares() [erc.NumModalities]int {
	r.mustCheck()
	var s [erc.NumModalities]int
	if r.Protocol == Fixed {
		s[r.Pattern.Count()-1] = parts
		return s
	}
	i := r.step()
	if r.family() == Batch {
		one, two := 100*batchShares[i][0], 100*batchShares[i][1]
		return [3]int{one, two, parts - one - two}
	}
	a := min(15*i, 100) // in percent
	return [3]int{a * a, 2 * a * (100 - a), (100 - a) * (100 - a)}
}

// Shares returns the shares of utterances with one, two and three modalities,
// in data that lack nothing. Like everything that draws, it panics for a rule that
// does not pass Check.
func (r Rule) Shares() [erc.NumModalities]float64 {
	var out [erc.NumModalities]float64
	for k, s := range r.shares() {
		out[k] = float64(s) / parts
	}
	return out
}

// Counts returns how many of n utterances keep one, two and three modalities.
// The number of absent cells, 2·n₁+n₂, is 3nη rounded to the nearest whole cell
// (2n at 0.7), n₁ is its share rounded as far as that leaves room, and n₂ and n₃
// follow: the rate is exact to one cell, the shares to about one utterance.
func (r Rule) Counts(n int) [erc.NumModalities]int {
	s := r.shares()
	absent := round(n * (2*s[0] + s[1]))
	one := min(max(round(n*s[0]), absent-n), absent/2)
	return [3]int{one, absent - 2*one, n - absent + one}
}

// round divides by parts, to the nearest whole number, halves up.
func round(x int) int { return (x + parts/2) / parts }

// Draw returns which modalities are left of utterances that have the available
// ones, for a whole split at once. The rule must pass Check; Draw panics where it
// does not.
//
// Random: exactly Counts utterances keep one, two and three modalities; which
// ones is drawn uniformly and balanced, so that the patterns of one size differ
// by at most one utterance in number. An utterance that has fewer modalities than
// it was to keep, keeps them all: natural absence adds to the rate. Fixed: every
// utterance keeps what it has of the pattern; one that has nothing of it keeps
// one of its modalities, drawn uniformly. So no utterance ends with none, unless
// it came with none.
func (r Rule) Draw(available []erc.Present, rng *rand.Rand) []erc.Present {
	r.mustCheck()
	if r.Protocol == Fixed {
		return r.apply(available, rng)
	}
	counts := r.Counts(len(available))
	out := make([]erc.Present, len(available))
	var deck decks
	for j, i := range rng.Perm(len(available)) {
		keep := 3
		switch {
		case j < counts[0]:
			keep = 1
		case j < counts[0]+counts[1]:
			keep = 2
		}
		out[i] = deck.deal(available[i], keep, rng)
	}
	return out
}

// DrawConversation returns which modalities are left of the utterances of one
// conversation, for training. The counts are within one utterance of their shares
// and rounded at random, so that shares and rate are right in expectation however
// short the conversation is: utterance number i of a random order takes its count
// from the cumulative shares at (i+u)/n, u uniform (systematic sampling). Which
// modalities stay is drawn uniformly for each utterance. Fixed is as in Draw.
func (r Rule) DrawConversation(available []erc.Present, rng *rand.Rand) []erc.Present {
	r.mustCheck()
	if r.Protocol == Fixed {
		return r.apply(available, rng)
	}
	n, s, u := float64(len(available)), r.Shares(), rng.Float64()
	out := make([]erc.Present, len(available))
	for j, i := range rng.Perm(len(available)) {
		keep := 3
		switch at := (float64(j) + u) / n; {
		case at < s[0]:
			keep = 1
		case at < s[0]+s[1]:
			keep = 2
		}
		out[i] = pick(available[i], keep, rng)
	}
	return out
}

// DrawMixed draws a rate uniformly from Rates and then a conversation at it; it
// is how a mixed-rate model is trained. It returns the rate as well.
func DrawMixed(f Family, available []erc.Present, rng *rand.Rand) ([]erc.Present, float64) {
	rate := Rates[rng.IntN(len(Rates))]
	return Rule{Protocol: Random, Family: f, Rate: rate}.DrawConversation(available, rng), rate
}

// apply is the fixed protocol.
func (r Rule) apply(available []erc.Present, rng *rand.Rand) []erc.Present {
	out := make([]erc.Present, len(available))
	for i, has := range available {
		out[i] = has & r.Pattern
		if out[i] == erc.None {
			out[i] = pick(has, 1, rng)
		}
	}
	return out
}

func (r Rule) mustCheck() {
	if err := r.Check(); err != nil {
		panic("missing: " + err.Error())
	}
}

// pick draws keep of the modalities in has, all of them if there are no more.
func pick(has erc.Present, keep int, rng *rand.Rand) erc.Present {
	if has.Count() <= keep {
		return has
	}
	some := subsets(has, keep)
	return some[rng.IntN(len(some))]
}

// decks holds, for what an utterance has and how many it keeps, the subsets that
// wait to be dealt: a shuffled deck is dealt to its end before it is shuffled anew.
type decks [erc.All + 1][erc.NumModalities + 1][]erc.Present

func (d *decks) deal(has erc.Present, keep int, rng *rand.Rand) erc.Present {
	if has.Count() <= keep {
		return has
	}
	deck := &d[has][keep]
	if len(*deck) == 0 {
		*deck = subsets(has, keep)
		rng.Shuffle(len(*deck), func(i, j int) { (*deck)[i], (*deck)[j] = (*deck)[j], (*deck)[i] })
	}
	top := (*deck)[0]
	*deck = (*deck)[1:]
	return top
}

// subsets returns the subsets of has with keep modalities, in the order of
// Patterns.
func subsets(has erc.Present, keep int) []erc.Present {
	var out []erc.Present
	for _, p := range Patterns {
		if p&^has == 0 && p.Count() == keep {
			out = append(out, p)
		}
	}
	return out
}
