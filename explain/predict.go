package explain

import (
	"context"
	"math"
	"slices"

	"gsdnet/erc"
	"gsdnet/infer"
)

// explainer explains one conversation.
type explainer struct {
	trained *infer.Trained
	sample  *infer.Sample
	options Options
	base    infer.Observed // what is observed
	full    outcome        // its prediction
	classes []int32        // [N] that are predicted of it; nil of scores
	out     Explanation
}

// outcome is what is predicted of one conversation, [N] each.
type outcome struct {
	value  []float64
	spread []float64 // see UtteranceShares.Spread
}

// together is the number of conversations that are predicted in one call. It bounds the
// memory that predictions take.
const together = 64

// begin predicts from everything that is observed.
func (e *explainer) begin(ctx context.Context) error {
	predictions, err := infer.Predict(ctx, e.trained.Predictor, []infer.Observed{e.base}, e.request())
	if err != nil {
		return err
	}
	e.classes, e.out.Dialogue = predictions[0].Class, e.sample.Source.ID
	e.full = e.outcome(&predictions[0])
	for u := range e.full.value {
		from := &e.sample.Source.Utterances[u]
		to := UtteranceShares{
			Turn: from.Turn, Speaker: from.Speaker, Observed: e.base.Present[u].Letters(),
			Prediction: e.full.value[u], Spread: e.full.spread[u],
		}
		if e.classes != nil {
			to.Class = &e.classes[u]
		}
		e.out.Utterances = append(e.out.Utterances, to)
	}
	return nil
}

// request returns the settings of every prediction.
func (e *explainer) request() infer.Request {
	r := infer.Request{Samples: e.options.Samples, Seed: e.options.Seed}
	if r.Seed == 0 {
		r.Seed = e.trained.Config.Train.Seed
	}
	return r
}

// predict predicts variants of the conversation, all with the same noise.
func (e *explainer) predict(ctx context.Context, variants []infer.Observed) ([]outcome, error) {
	out := make([]outcome, 0, len(variants))
	for chunk := range slices.Chunk(variants, together) {
		predictions, err := infer.Predict(ctx, e.trained.Predictor, chunk, e.request())
		if err != nil {
			return nil, err
		}
		for i := range predictions {
			out = append(out, e.outcome(&predictions[i]))
		}
	}
	return out, nil
}

// outcome returns the numbers that are explained of a prediction.
func (e *explainer) outcome(p *infer.Prediction) outcome {
	n := e.sample.Len()
	out := outcome{make([]float64, n), make([]float64, n)}
	for u := range n {
		if p.Distribution != nil {
			out.value[u], out.spread[u] = p.Distribution[u].Mean(), p.Distribution[u].StdDev()
			continue
		}
		out.value[u], out.spread[u] = p.Probability[u][e.classes[u]], entropy(p.Probability[u])
	}
	return out
}

// entropy returns −Σ p·log p in nats.
func entropy(probability []float64) float64 {
	sum := 0.0
	for _, p := range probability {
		if p > 0 {
			sum -= p * math.Log(p)
		}
	}
	return sum
}

// withhold returns the conversation with only some modalities left of utterance u.
func (e *explainer) withhold(u int, left erc.Present) infer.Observed {
	present := slices.Clone(e.base.Present)
	present[u] &= left
	return e.sample.Observe(present)
}

// withholdAll returns the conversation with only some modalities left of all utterances.
func (e *explainer) withholdAll(left erc.Present) infer.Observed {
	present := slices.Clone(e.base.Present)
	for u := range present {
		present[u] &= left
	}
	return e.sample.Observe(present)
}

// supply returns the conversation with the features of one missing cell.
func (e *explainer) supply(u int, m erc.Modality, features []float32) infer.Observed {
	out := e.base
	out.Present = slices.Clone(e.base.Present)
	out.Present[u] = out.Present[u].With(m)
	out.Features[m] = slices.Clone(e.base.Features[m])
	out.Features[m][u] = features
	return out
}
