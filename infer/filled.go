package infer

import (
	"context"

	"gsdnet/erc"
	"gsdnet/missing"
)

// Filled is a conversation with its holes filled by one draw, beside the original. Features
// are standardised.
type Filled struct {
	Available, Present []erc.Present // modalities that the corpus has, and that the mask left
	// Original, Recovered and Sampled [m][utterance] are of width D_m, the last two
	// as in Draw; Original is nil where the corpus has none.
	Original, Recovered, Sampled [erc.NumModalities][][]float32
}

// Withheld reports whether the corpus has modality m of utterance u and the mask withholds
// it.
func (c *Filled) Withheld(u int, m erc.Modality) bool {
	return c.Available[u].Has(m) && !c.Present[u].Has(m)
}

// Complete fills the conversations of a split under a mask with one draw each, in their
// order.
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
