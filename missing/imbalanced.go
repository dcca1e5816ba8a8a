package missing

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"gsdnet/erc"
)

// A point of the imbalanced protocol is a rate for each modality, in the order text,
// audio, visual: 0.2-0.5-0.8. The points are the permutations of 0.2, 0.5 and 0.8.
func init() {
	p := Protocol{
		Name: "imbalanced", Help: "each modality has a missing rate of its own",
		Point: "triple", Write: "the rates of text, audio and visual, such as 0.2-0.5-0.8",
	}
	laws := map[string]imbalanced{}
	for _, order := range [6][erc.NumModalities]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}} {
		law, rates := imbalanced{}, make([]string, erc.NumModalities)
		for rank, m := range order { // modality m has the rank-th lowest rate
			law[rank], rates[m] = erc.Modality(m), imbalancedRates[rank]
		}
		point := strings.Join(rates, "-")
		p.Points, laws[point] = append(p.Points, point), law
	}
	p.Law = func(_, point string) Law {
		return Law{Expected: 0.5, Conversation: laws[point].draw, Split: laws[point].draw}
	}
	Declare(p)
}

// imbalancedRates are the rates of a triple, the lowest first.
var imbalancedRates = [erc.NumModalities]string{"0.2", "0.5", "0.8"}

// imbalancedShares says how many of 10,000 utterances lack which modalities, by rank
// of the rate: 0 is the modality at 0.2, 1 that at 0.5, 2 that at 0.8. Of all laws with
// these rates under which an utterance keeps at least one modality, it is the one of
// largest entropy: modalities are absent as independently as that allows.
//
// They are listed so that the utterances that lack a modality follow each other, in
// one piece (ranks 1 and 2) or two (rank 0): systematic sampling is then exact to
// one or two utterances for each rate.
var imbalancedShares = []struct {
	lacks []int
	share int // in parts
}{
	{nil, 570}, {[]int{0}, 274}, {[]int{0, 1}, 376}, {[]int{1}, 780}, {[]int{1, 2}, 3844}, {[]int{2}, 2806}, {[]int{0, 2}, 1350},
}

// imbalanced is a triple: the modalities by rising rate.
type imbalanced [erc.NumModalities]erc.Modality

// draw returns what is left of utterances, for a split as for a conversation.
// Utterance number j of a random order lacks what imbalancedShares says at the
// cumulative share (j+u)/n, u uniform, so that the rates are right in expectation
// however few the utterances are. An utterance that would keep nothing of what the
// data have keeps one of its modalities, drawn uniformly.
func (b imbalanced) draw(available []erc.Present, rng *rand.Rand) []erc.Present {
	out := make([]erc.Present, len(available))
	n, u := float64(len(available)), rng.Float64()
	for j, i := range rng.Perm(len(available)) {
		at := min(int(parts*((float64(j)+u)/n)), parts-1) // the quotient may be rounded to 1
		out[i] = available[i] &^ b.lacks(at)
		if out[i] == erc.None {
			out[i] = pick(available[i], 1, rng)
		}
	}
	return out
}

// lacks returns what is absent at a cumulative share in parts.
func (b imbalanced) lacks(at int) erc.Present {
	for _, s := range imbalancedShares {
		if at -= s.share; at < 0 {
			absent := erc.None
			for _, rank := range s.lacks {
				absent = absent.With(b[rank])
			}
			return absent
		}
	}
	panic(fmt.Sprintf("missing: %d parts beyond all shares", at))
}
