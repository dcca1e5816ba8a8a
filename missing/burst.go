package missing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// A point of the burst protocol is a rate and a mean length, such as 0.5x15: half of
// a modality's utterances are absent, in runs of 15 utterances on average. A rate of
// more than one half does not go with the length 1, at which every absent utterance
// is followed by a present one. At 0.5x1 presence and absence alternate.
var (
	burstRates   = []float64{0.3, 0.5, 0.7}
	burstLengths = []int{1, 5, 15}
)

func init() {
	p := Protocol{
		Name: "burst", Help: "each modality is absent for runs of utterances",
		Point: "burst", Write: "a rate and the mean length of a run, such as 0.5x5",
		Law: func(_, point string) Law {
			b, _ := parseBurst(point)
			return Law{Expected: b.expected(), Run: b.run(), Conversation: b.conversation}
		},
	}
	p.Parse = func(text string) (string, error) {
		b, err := parseBurst(text)
		if err == nil && slices.Contains(p.Points, b.String()) {
			return b.String(), nil
		}
		return "", fault.Input("choose one of "+strings.Join(p.Points, ", "), "burst %q is not known", text)
	}
	for _, length := range burstLengths {
		for _, rate := range burstRates {
			if b := (burst{rate, length}); b.begin() <= 1 {
				p.Points = append(p.Points, b.String())
			}
		}
	}
	Declare(p)
}

// burst is a two-state Markov chain for each modality of a conversation.
type burst struct {
	rate   float64 // η, the stationary probability of being absent
	length int     // L, the mean number of utterances in a run of absence, in long conversations
}

func parseBurst(text string) (b burst, err error) {
	rate, length, _ := strings.Cut(text, "x")
	if b.rate, err = strconv.ParseFloat(rate, 64); err != nil {
		return b, err
	}
	b.length, err = strconv.Atoi(length)
	return b, err
}

// String returns the point as file names write it.
func (b burst) String() string { return fmt.Sprintf("%.1fx%d", b.rate, b.length) }

// begin is the probability that a present modality is absent in the next utterance.
func (b burst) begin() float64 { return b.rate / (float64(b.length) * (1 - b.rate)) }

// end is the probability that an absent modality is present in the next utterance.
func (b burst) end() float64 { return 1 / float64(b.length) }

// expected is the share of absent cells. It is less than η, because one of three
// modalities stays where all chains are off, which happens at η³ of the utterances.
func (b burst) expected() float64 { return b.rate - b.rate*b.rate*b.rate/3 }

// run is the mean length of a run of absent cells in long conversations. It is the
// share of absent cells over the probability that a run ends with an utterance: its
// chain switches on, or a stretch begins in which all chains are off and the modality
// is the one that stays. It is a little less than L, and equal to it for L = 1.
func (b burst) run() float64 {
	off := b.rate * b.rate * b.rate
	remain := 1 - b.end()
	stays := off * remain * (1 - remain*remain) / 3
	return b.expected() / (b.expected()*b.end() + stays)
}

// conversation draws the chains of one conversation. They are independent of each
// other and begin in their stationary state. In a stretch of utterances in which
// every modality that the data have is off, one of these modalities, drawn uniformly,
// stays for the whole stretch, so that runs of absence are not broken up.
func (b burst) conversation(available []erc.Present, rng *rand.Rand) []erc.Present {
	out := make([]erc.Present, len(available))
	off, stays := erc.None, erc.None
	for i, has := range available {
		before := off
		off = erc.None
		for _, m := range erc.Modalities {
			p := b.rate
			switch {
			case before.Has(m):
				p = 1 - b.end()
			case i > 0:
				p = b.begin()
			}
			if rng.Float64() < p {
				off = off.With(m)
			}
		}
		if out[i] = has &^ off; out[i] != erc.None {
			stays = erc.None
			continue
		}
		if stays&has == erc.None {
			stays = pick(has, 1, rng)
		}
		out[i] = stays
	}
	return out
}
