package train

import (
	"math"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/rundir"
)

// reduce returns the corpus without what the settings delete from its training split: the
// values of a frozen mask (missing.blank) and the labels of some conversations
// (train.labels). Nothing that comes after it in training sees what was deleted.
func reduce(c *erc.Corpus, config *rundir.Config) (*erc.Corpus, error) {
	mask, some, err := config.Missing.BlankMask(c)
	if err != nil {
		return nil, err
	}
	if some {
		c = mask.Delete(c)
	}
	if config.Train.Labels < 1 {
		c = keepLabels(c, config.Train.Labels, config.Train.Seed)
	}
	return c, nil
}

// keepLabels returns the corpus with the labels of a share of those training conversations
// that have labels, at least one conversation. The seed puts the conversations into a
// random order, and the first ones keep their labels: a larger share contains a smaller
// one. The features stay.
func keepLabels(c *erc.Corpus, share float64, seed uint64) *erc.Corpus {
	out := *c
	out.Conversations = slices.Clone(c.Conversations)
	var labelled []*erc.Conversation
	for i := range out.Conversations {
		if conv := &out.Conversations[i]; conv.Split == erc.Train && countLabels(c.Task, conv) > 0 {
			labelled = append(labelled, conv)
		}
	}
	kept := max(1, int(math.Round(share*float64(len(labelled)))))
	for place, i := range stream.New(seed, "labels").Perm(len(labelled)) {
		if place < kept {
			continue
		}
		conv := labelled[i]
		conv.Utterances = slices.Clone(conv.Utterances)
		for j := range conv.Utterances {
			conv.Utterances[j].Label = float32(math.NaN())
			conv.Utterances[j].Class = erc.Unlabelled
		}
	}
	return &out
}

// countLabels returns the number of utterances of a conversation that have a label.
func countLabels(task erc.Task, conv *erc.Conversation) int {
	n := 0
	for i := range conv.Utterances {
		u := &conv.Utterances[i]
		if task == erc.Scores && !math.IsNaN(float64(u.Label)) || task == erc.Classes && u.Class != erc.Unlabelled {
			n++
		}
	}
	return n
}

// fingerprint returns the fingerprint of the corpus. Its training labels are those that
// were not deleted, because the majority and mean predictors are fitted to them.
func (f *fitter) fingerprint() *rundir.Fingerprint {
	out := rundir.NewFingerprint(f.Corpus)
	if f.reduced != f.Corpus {
		kept := rundir.NewFingerprint(f.reduced)
		out.LabelValues, out.LabelCounts = kept.LabelValues, kept.LabelCounts
	}
	return out
}
