package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/npz"
)

// SplitOptions say how AddSplit divides a corpus.
type SplitOptions struct {
	// BySpeaker keeps all conversations of a speaker in one split. Otherwise only
	// conversations are kept whole.
	BySpeaker bool
	// Shares of the utterances that train, valid and test get, as nearly as whole
	// conversations allow. They sum to 1.
	Shares [3]float64
	Seed   uint64 // of the order in which conversations are dealt out
}

// AddSplit divides the conversations of a file and sets its split array, int8
// [n], which is replaced where there is one. It returns the corpus as it is
// divided now. Labels are not read.
func AddSplit(path string, file *npz.File, fields Fields, o SplitOptions) (*erc.Corpus, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	name := fields.Resolved().Split
	fields.Split, fields.Label, fields.Class, fields.Task = "", "", "", erc.NoLabels.String()
	resolved := fields.Resolved()
	for _, p := range resolved.parts() {
		if p.role != "split" && *p.name == name {
			return nil, hint.Input("choose another name with --set data.split=NAME", "%s: array %q is the %s already", title(path), name, p.role)
		}
	}
	corpus, err := FromArrays(path, file, fields)
	if err != nil {
		return nil, err
	}
	groups, err := o.groups(path, file, fields, corpus)
	if err != nil {
		return nil, err
	}
	o.deal(corpus, groups)
	values := make([]int8, erc.CountUtterances(corpus.Conversations))
	for _, conv := range corpus.Conversations {
		for _, u := range conv.Utterances {
			values[u.Row] = int8(conv.Split)
		}
	}
	file.Set(name, npz.From(values))
	return corpus, nil
}

func (o *SplitOptions) check() error {
	const tip = "give the shares of train, valid and test, as 0.7,0.1,0.2"
	sum := 0.0
	for _, share := range o.Shares {
		if !(share >= 0 && share <= 1) {
			return hint.Input(tip, "a share of %g is not in 0 to 1", share)
		}
		sum += share
	}
	if math.Abs(sum-1) > 1e-6 {
		return hint.Input(tip, "the shares sum to %.4g, not 1", sum)
	}
	return nil
}

// groups returns the indices of conversations that must stay together.
func (o *SplitOptions) groups(path string, file *npz.File, fields Fields, corpus *erc.Corpus) ([][]int, error) {
	wanted := 0
	for _, share := range o.Shares {
		if share > 0 {
			wanted++
		}
	}
	if !o.BySpeaker {
		groups := make([][]int, len(corpus.Conversations))
		for i := range groups {
			groups[i] = []int{i}
		}
		if len(groups) < wanted {
			return nil, hint.Input("give a share of 0 to a split that you do not need", "%s: %d conversations cannot fill %d splits", title(path), len(groups), wanted)
		}
		return groups, nil
	}
	r := &reader{path: title(path), file: file, fields: fields.Resolved()}
	if file.Get(r.fields.Speaker) == nil {
		return nil, r.fault(r.candidates("speaker"), r.fields.Speaker, "not in the file")
	}
	groups := bySpeaker(corpus)
	if len(groups) < wanted {
		return nil, r.fault("numbers that start again in every dialogue cannot tell speakers apart: name the speakers, or split --by conversation",
			r.fields.Speaker, "groups of conversations without common speakers: %d, too few for %d splits", len(groups), wanted)
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
