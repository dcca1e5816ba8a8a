package gsdnet

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
)

// Imputed is an utterance with its holes filled, in the units of the input.
type Imputed struct {
	Utterance
	Present erc.Present // what was observed
	// Features [m][D_m] holds observed features as they were and recovered ones as
	// the mean over the completions; nil of a modality that the run does not have.
	Features [erc.NumModalities][]float32
	// Deviation [m][D_m] is what recovered features may be off by, a standard
	// deviation: how far completions differ, and what they missed on the validation
	// masks. Nil for what was observed, and where Features is.
	Deviation [erc.NumModalities][]float32
}

// Impute completes every conversation of a corpus Samples times, at least 2: one
// completion alone says nothing of its own deviation. The result is in the order of
// conversations and turns, and has the errors of Predict.
func (r *Run) Impute(ctx context.Context, c *erc.Corpus, o Options) ([]Imputed, error) {
	all, err := r.ImputeEach(ctx, []*erc.Corpus{c}, o)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// checkImpute refuses options with which nothing can be imputed.
func (o Options) checkImpute() error {
	if o.Samples == 1 {
		return fault.Input("a deviation takes at least 2", "%d samples", o.Samples)
	}
	return nil
}

// imputeAll fills every utterance of a corpus from forecasts, one a conversation.
func (r *Run) imputeAll(c *erc.Corpus, forecasts []infer.Prediction) ([]Imputed, error) {
	var out []Imputed
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		for u := range conv.Utterances {
			filled, err := r.imputed(conv, u, &forecasts[i])
			if err != nil {
				return nil, err
			}
			out = append(out, filled)
		}
	}
	return out, nil
}

// imputed brings one utterance's features back to the units of the input.
func (r *Run) imputed(conv *erc.Conversation, u int, f *infer.Prediction) (Imputed, error) {
	from := &conv.Utterances[u]
	out := Imputed{Utterance: utterance(conv, u), Present: from.Present}
	for _, m := range erc.Modalities {
		if from.Present.Has(m) {
			out.Features[m] = from.Features[m]
			continue
		}
		if f.Recovered[m] == nil {
			continue // of a modality that the run does not have
		}
		out.Features[m] = r.trained.Scaler.Raw(m, narrow(f.Recovered[m][u]))
		out.Deviation[m] = narrow(f.Deviation[m][u])
		for j := range out.Deviation[m] {
			out.Deviation[m][j] *= r.trained.Scaler.Deviation[m][j]
			if sum := float64(out.Features[m][j]) + float64(out.Deviation[m][j]); math.IsNaN(sum) || math.IsInf(sum, 0) {
				return out, infer.NotFinite(r.trained.Name, conv, u, "value of a recovered "+m.String()+" feature")
			}
		}
	}
	return out, nil
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i := range x {
		out[i] = float32(x[i])
	}
	return out
}
