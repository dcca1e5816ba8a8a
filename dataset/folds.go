package dataset

import (
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
	"gsdnet/internal/stream"
)

// leastFolds is the smallest number of folds: one is the test split, one the validation
// split, and the others are the training split.
const leastFolds = 3

// Folded returns the corpus with the splits of one fold of a cross-validation. The
// conversations are dealt to the folds at random, always in the same way, so that the
// sizes of the folds differ by at most one conversation. Fold number fold, counted from 1,
// is the test split, the fold after it is the validation split (the first one after the
// last), and the others are the training split. Over all folds, every conversation is a
// test conversation exactly once. The splits of the given corpus are not read and not
// changed; the utterances are shared. It is an error if there are fewer conversations than
// folds.
func Folded(c *erc.Corpus, folds, fold int) (*erc.Corpus, error) {
	if err := checkFolds(folds, fold); err != nil {
		return nil, err
	}
	n := len(c.Conversations)
	if folds > n {
		return nil, fault.Input("choose a smaller number of folds", "%s: %d folds need as many conversations, and there are %s", c.Name, folds, count.Of(n, "conversation"))
	}
	out := *c
	out.Conversations = slices.Clone(c.Conversations)
	for place, i := range stream.New(0, "folds").Perm(n) {
		conv := &out.Conversations[i]
		switch place % folds {
		case fold - 1:
			conv.Split = erc.Test
		case fold % folds:
			conv.Split = erc.Valid
		default:
			conv.Split = erc.Train
		}
	}
	return &out, nil
}

// checkFolds returns an error unless fold is one of so many folds.
func checkFolds(folds, fold int) error {
	switch {
	case folds < leastFolds:
		return fault.Input("choose 3 or more: one fold is the test split, one the validation split, the others the training split",
			"a cross-validation of %s is not possible", count.Of(folds, "fold"))
	case fold < 1 || fold > folds:
		return fault.Input("the folds are counted from 1", "fold %d of %d does not exist", fold, folds)
	}
	return nil
}
