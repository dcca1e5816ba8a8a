package infer

import (
	"context"

	"gsdnet/erc"
	"gsdnet/missing"
)

// Filled is a conversation as it was, and as one completion has it, in
// standardised raw features.
type Filled struct {
	Available, Present []erc.Present // what the corpus has, what the mask left
	// Original, Recovered and Sampled [m][utterance] are of width D_m, the last two
	// as in Completion; Original is nil where the corpus has none.
	Original, Recovered, Sampled [erc.NumModalities][][]float32
}

// Withheld reports whether the mask took a cell away that the corpus has.
func (c *Filled) Withheld(u int, m erc.Modality) bool {
	return c.Available[u].Has(m) && !c.Present[u].Has(m)
}

// Complete completes a split once under a mask, conversation by conversation.
func (t *Trained) Complete(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) ([]Filled, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	convs := NewEvaluation(samples, []missing.Mask{mask}, t.Setup).observe(mask)
	out := make([]Filled, len(convs))
	err = t.Run(ctx, convs, Request{Samples: 1, Seed: t.Config.Train.Seed, Recovered: true}, func(i int, done Draw) {
		out[i] = Filled{
			Available: samples[i].Present(), Present: convs[i].Present,
			Original: samples[i].Truth.Features, Recovered: done.Recovered, Sampled: done.Sampled,
		}
	})
	return out, err
}
