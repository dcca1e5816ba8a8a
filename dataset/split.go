package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// SplitOptions say how Divide divides a corpus into splits.
type SplitOptions struct {
	// BySpeaker keeps all conversations of a speaker in one split. Otherwise only
	// conversations are kept whole.
	BySpeaker bool
	// Shares of the utterances that train, valid and test get, as nearly as whole
	// conversations allow. They sum to 1.
	Shares [3]float64
	Seed   uint64 // of the order in which conversations are dealt out
}

// Divide sets the splits of the conversations of a corpus. It is an error if the corpus has
// too few conversations, or groups of them, for the splits.
func (o *SplitOptions) Divide(corpus *erc.Corpus) error {
	if err := o.Check(); err != nil {
		return err
	}
	groups, err := o.groups(corpus)
	if err != nil {
		return err
	}
	o.deal(corpus, groups)
	return nil
}

// Check refuses shares that do not sum to 1.
func (o *SplitOptions) Check() error {
	const tip = "give the shares of train, valid and test, as 0.7,0.1,0.2"
	sum := 0.0
	for _, share := range o.Shares {
		if !(share >= 0 && share <= 1) {
			return fault.Input(tip, "a share of %g is not in 0 to 1", share)
		}
		sum += share
	}
	if math.Abs(sum-1) > 1e-6 {
		return fault.Input(tip, "the shares sum to %.4g, not 1", sum)
	}
	return nil
}

// groups returns the indices of conversations that must stay together.
func (o *SplitOptions) groups(corpus *erc.Corpus) ([][]int, error) {
	wanted := 0
	for _, share := range o.Shares {
		if share > 0 {
			wanted++
		}
	}
	if o.BySpeaker {
		groups := bySpeaker(corpus)
		if len(groups) < wanted {
			return nil, fault.Input("numbers that start again in every dialogue cannot tell speakers apart: name the speakers, or split --by conversation",
				"groups of conversations without common speakers: %d, too few for %d splits", len(groups), wanted)
		}
		return groups, nil
	}
	groups := make([][]int, len(corpus.Conversations))
	for i := range groups {
		groups[i] = []int{i}
	}
	if len(groups) < wanted {
		return nil, fault.Input("give a share of 0 to a split that you do not need", "%d conversations cannot fill %d splits", len(groups), wanted)
	}
	return groups, nil
}

// bySpeaker joins conversations that share a speaker, directly or through
// others, in the order of their first members.
func bySpeaker(corpus *erc.Corpus) [][]int {
	leader := make([]int, len(corpus.Conversations)) // of a conversation's group, by halving paths
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	first := map[erc.Speaker]int{} // conversation in which a speaker is met first
	for i, conv := range corpus.Conversations {
		leader[i] = i
		for _, u := range conv.Utterances {
			if other, met := first[u.Speaker]; met {
				a, b := find(i), find(other)
				leader[max(a, b)] = min(a, b)
			} else {
				first[u.Speaker] = i
			}
		}
	}
	place := map[int]int{}
	var groups [][]int
	for i := range corpus.Conversations {
		head := find(i)
		if _, known := place[head]; !known {
			place[head] = len(groups)
			groups = append(groups, nil)
		}
		groups[place[head]] = append(groups[place[head]], i)
	}
	return groups
}

// deal gives the groups in random order each to the split that has the smallest
// part of its share so far. A split with a share gets at least one group.
func (o *SplitOptions) deal(corpus *erc.Corpus, groups [][]int) {
	rng := rand.New(rand.NewPCG(o.Seed, 0))
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	var given [3]float64
	for _, group := range groups {
		best := erc.Split(-1)
		for _, s := range erc.Splits {
			if o.Shares[s] > 0 && (best < 0 || given[s]/o.Shares[s] < given[best]/o.Shares[best]) {
				best = s
			}
		}
		for _, i := range group {
			corpus.Conversations[i].Split = best
			given[best] += float64(len(corpus.Conversations[i].Utterances))
		}
	}
}

// SplitSummary says how many conversations and utterances each split has, in a
// line.
func SplitSummary(corpus *erc.Corpus) string {
	text := ""
	for _, s := range erc.Splits {
		convs := corpus.In(s)
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%s %d conversations, %d utterances", s, len(convs), erc.CountUtterances(convs))
	}
	return text
}
