package missing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Random is the protocol in which a share of the (utterance, modality) cells is
// absent.
const Random = "random"

// The two families have the same rates. They differ in how many utterances have one,
// two and three modalities (random.shares).
const (
	independent = "independent" // each further modality goes independently (GCNet)
	batch       = "batch"       // the shares of DiCMoR and IMDer, by utterance and not by batch
)

// rates are the missing rates. A rate is the share of absent cells when every
// utterance keeps at least one modality; 0.7 is the literature's name for exactly one
// modality each, which really is 2/3.
var rates = [8]float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}

// batchShares are the shares of utterances with one and with two modalities in
// percent, one pair a rate, of DiCMoR (ICCV 2023) and IMDer (NeurIPS 2023).
var batchShares = [len(rates)][2]int{
	{0, 0}, {10, 10}, {20, 20}, {30, 30}, {50, 20}, {70, 10}, {90, 0}, {100, 0},
}

func init() {
	p := Protocol{
		Name: Random, Help: "a share of the cells is absent",
		Point: "rate", Write: "a missing rate such as 0.3", Numbers: true,
		Families: []string{independent, batch},
		Parse:    parseRate,
		Law:      randomLaw,
		Table:    2, Axis: "missing rate", Shown: "0.5",
	}
	for _, rate := range rates {
		p.Points = append(p.Points, fmt.Sprintf("%.1f", rate))
	}
	Declare(p)
}

// RandomRules returns the rules of the random protocol, one for each rate; "" is the
// default family.
func RandomRules(family string) []Rule {
	p, _ := Lookup(Random)
	return p.Rules(family)
}

func parseRate(text string) (string, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", fault.Input(`use "mixed" or one of 0.0, 0.1, … 0.7`, "missing.rate = %q is not a rate", text)
	}
	for _, known := range rates {
		if math.Abs(rate-known) < 1e-9 {
			return fmt.Sprintf("%.1f", known), nil
		}
	}
	return "", fault.Input("the rates are 0.0, 0.1, … 0.7", "missing rate %g is not known", rate)
}

// random is the law of one rate.
type random struct {
	shares [erc.NumModalities]int // of utterances with 1, 2 and 3 modalities, in parts
}

func randomLaw(family, point string) Law {
	step, _ := strconv.ParseFloat(point, 64)
	r := random{randomShares(family, int(math.Round(10*step)))}
	s := r.fractions()
	return Law{Expected: (2*s[0] + s[1]) / erc.NumModalities, Conversation: r.conversation, Split: r.split}
}

// randomShares returns the shares of utterances with 1, 2 and 3 modalities in parts
// at the rate of index i.
//
// Independent: one modality, drawn uniformly, stays; each of the other two goes
// with probability a = min(1, 1.5η), so that the shares are a², 2a(1−a), (1−a)²
// and the absent share is 2a/3 = η. It is GCNet's draw without the retries.
func randomShares(family string, i int) [erc.NumModalities]int {
	if family == batch {
		one, two := 100*batchShares[i][0], 100*batchShares[i][1]
		return [3]int{one, two, parts - one - two}
	}
	a := min(15*i, 100) // in percent
	return [3]int{a * a, 2 * a * (100 - a), (100 - a) * (100 - a)}
}

// fractions returns the shares as numbers that add up to 1.
func (r random) fractions() [erc.NumModalities]float64 {
	var out [erc.NumModalities]float64
	for k, s := range r.shares {
		out[k] = float64(s) / parts
	}
	return out
}

// counts returns how many of n utterances keep one, two and three modalities.
// The number of absent cells, 2·n₁+n₂, is 3nη rounded to the nearest whole cell
// (2n at 0.7), n₁ is its share rounded as far as that leaves room, and n₂ and n₃
// follow: the rate is exact to one cell, the shares to about one utterance.
func (r random) counts(n int) [erc.NumModalities]int {
	s := r.shares
	absent := round(n * (2*s[0] + s[1]))
	one := min(max(round(n*s[0]), absent-n), absent/2)
	return [3]int{one, absent - 2*one, n - absent + one}
}

// split draws a whole split: exactly counts utterances keep one, two and three
// modalities; which ones is drawn uniformly and balanced, so that the patterns of one
// size differ by at most one utterance in number. An utterance that has fewer
// modalities than it was to keep, keeps them all: natural absence adds to the rate.
func (r random) split(available []erc.Present, rng *rand.Rand) []erc.Present {
	counts := r.counts(len(available))
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

// conversation draws one conversation. The counts are within one utterance of their
// shares and rounded at random, so that shares and rate are right in expectation
// however short the conversation is: utterance number i of a random order takes its
// count from the cumulative shares at (i+u)/n, u uniform (systematic sampling). Which
// modalities stay is drawn uniformly for each utterance.
func (r random) conversation(available []erc.Present, rng *rand.Rand) []erc.Present {
	n, s, u := float64(len(available)), r.fractions(), rng.Float64()
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
