package infer

import (
	"context"
	"math"

	"gsdnet/erc"
)

// Residual returns the root mean squared error by channel of the point estimates of what
// the masks withhold, [m][D_m], standardised, with a number of draws of every conversation.
// It is empty for a modality that no mask withheld. Its errors are those of Predict.
func (e *Evaluation) Residual(ctx context.Context, p *Predictor, samples int, seed uint64) ([erc.NumModalities][]float64, error) {
	var out [erc.NumModalities][]float64
	var cells [erc.NumModalities]float64
	for _, mask := range e.masks {
		convs := e.observe(mask)
		predictions, err := Predict(ctx, p, convs, Request{Samples: samples, Seed: seed, Recovered: true})
		if err != nil {
			return out, err
		}
		for i := range predictions {
			for u, has := range e.samples[i].Present() {
				for _, m := range erc.Modalities {
					if !has.Has(m) || convs[i].Present[u].Has(m) {
						continue
					}
					truth := e.samples[i].Truth.Features[m][u]
					if out[m] == nil {
						out[m] = make([]float64, len(truth))
					}
					cells[m]++
					for j, x := range truth {
						d := float64(x) - predictions[i].Recovered[m][u][j]
						out[m][j] += d * d
					}
				}
			}
		}
	}
	for m := range out {
		for j := range out[m] {
			out[m][j] = math.Sqrt(out[m][j] / cells[m])
		}
	}
	return out, nil
}
