package infer

import (
	"context"

	"gsdnet/erc"
	"gsdnet/missing"
)

// Filled is a conversation whose missing features are filled by one draw, together with
// the original features. Features are standardised.
type Filled struct {
	Available, Present []erc.Present // [N] the modalities of the corpus, and those that the mask leaves
	// Original and Sampled are [m][N][D_m]. Sampled is that of Draw. A row of Original is
	// nil if the corpus does not have the modality of the utterance.
	Original, Sampled [erc.NumModalities][][]float32
}

// Withheld reports whether the corpus has modality m of utterance u and the mask withholds
// it.
func (c *Filled) Withheld(u int, m erc.Modality) bool {
	return c.Available[u].Has(m) && !c.Present[u].Has(m)
}

// Complete fills the conversations of a split under a mask with one draw each, and
// returns them in the order of the corpus. The seed is the run's. Its errors are those of
// Samples and of Predictor.Run.
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
			Original: samples[i].Truth.Features, Sampled: done.Sampled,
		}
	})
	return out, err
}
