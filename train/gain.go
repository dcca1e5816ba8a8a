package train

import (
	"context"

	"gsdnet/erc"
	"gsdnet/model"
)

// Gain is what the departure of recovered raw features from their anchor is worth,
// a factor in [0, 1] by modality: a diffusion that completes its training
// conversations better than others departs too far from the regression.
type Gain [erc.NumModalities]float64

// apply pulls recovered rows of a modality towards their anchor.
func (g Gain) apply(m erc.Modality, recovered, anchor [][]float32) {
	for u, row := range recovered {
		for j, at := range anchor[u] {
			row[j] = at + float32(g[m])*(row[j]-at)
		}
	}
}

// gain returns the factors with the least squared error of the withheld cells of
// the evaluation's masks, one completion of each; 1 for a model without an anchor.
// The predictor's own gain must be 1.
func (e *Evaluation) gain(ctx context.Context, p *Predictor, seed uint64) (Gain, error) {
	var along, size Gain // Σ departure·(truth − anchor), Σ departure²
	anchored := false
	for _, mask := range e.masks {
		convs := e.observe(mask)
		err := p.Run(ctx, convs, model.Draw{Seed: seed}, true, func(i int, c Completion) {
			anchored = c.anchor[0] != nil
			for u, has := range e.samples[i].Present() {
				for _, m := range erc.Modalities {
					if !anchored || !has.Has(m) || convs[i].Present[u].Has(m) {
						continue
					}
					truth := e.samples[i].truth.Features[m][u]
					for j, at := range c.anchor[m][u] {
						departure := float64(c.Recovered[m][u][j] - at)
						along[m] += departure * float64(truth[j]-at)
						size[m] += departure * departure
					}
				}
			}
		})
		if err != nil {
			return Gain{}, err
		}
		if !anchored {
			break
		}
	}
	out := Gain{1, 1, 1}
	for m := range out {
		if size[m] > 0 {
			out[m] = min(max(along[m]/size[m], 0), 1)
		}
	}
	return out, nil
}
