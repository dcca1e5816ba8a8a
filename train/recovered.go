package train

import (
	"context"

	"gsdnet/erc"
	"gsdnet/missing"
)

// Completed is a conversation as it was, and as one completion has it, in
// standardised raw features.
type Completed struct {
	Available, Present []erc.Present // what the corpus has, what the mask left
	// Original, Recovered and Sampled [m][utterance] are of width D_m, the last two
	// as in Completion; Original is nil where the corpus has none.
	Original, Recovered, Sampled [erc.NumModalities][][]float32
}

// Withheld reports whether the mask took a cell away that the corpus has.
func (c *Completed) Withheld(u int, m erc.Modality) bool {
	return c.Available[u].Has(m) && !c.Present[u].Has(m)
}

// Complete completes a split once under a mask, conversation by conversation.
func (t *Trained) Complete(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) ([]Completed, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	convs := NewEvaluation(samples, []missing.Mask{mask}, t.Setup).observe(mask)
	out := make([]Completed, len(convs))
	err = t.Run(ctx, convs, Request{Samples: 1, Seed: t.Config.Train.Seed, Recovered: true}, func(i int, done Completion) {
		out[i] = Completed{
			Available: samples[i].Present(), Present: convs[i].Present,
			Original: samples[i].truth.Features, Recovered: done.Recovered, Sampled: done.Sampled,
		}
	})
	return out, err
}
