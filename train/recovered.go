package train

import (
	"context"

	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
)

// Pair is a withheld cell: its standardised raw features as they were, and as
// one completion has them.
type Pair struct {
	Modality            erc.Modality
	Original, Recovered []float32
}

// Recovered completes a split once under a mask and returns its withheld cells,
// by conversation, utterance and modality: the same cells of every run.
func (t *Trained) Recovered(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) ([]Pair, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	e := NewEvaluation(samples, []missing.Mask{mask}, t.Setup)
	convs := e.observe(mask)
	completions := make([]Completion, len(convs))
	err = t.Run(ctx, convs, model.Draw{Seed: t.Config.Train.Seed}, true, func(i int, c Completion) { completions[i] = c })
	if err != nil {
		return nil, err
	}
	var out []Pair
	e.eachWithheld(convs, func(i, u int, m erc.Modality) {
		out = append(out, Pair{m, samples[i].truth.Features[m][u], completions[i].Recovered[m][u]})
	})
	return out, nil
}

// eachWithheld visits the cells that the corpus has and a mask took away.
func (e *Evaluation) eachWithheld(convs []model.Conversation, visit func(i, u int, m erc.Modality)) {
	for i := range convs {
		for u, has := range e.samples[i].Present() {
			for _, m := range erc.Modalities {
				if has.Has(m) && !convs[i].Present[u].Has(m) {
					visit(i, u, m)
				}
			}
		}
	}
}
