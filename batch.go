package gsdnet

import (
	"context"

	"gsdnet/erc"
	"gsdnet/infer"
)

// PredictEach is Predict for several corpora at once: out[i] is what Predict returns for
// corpora[i] with the same options, bit for bit. Conversations of one BatchLength share
// the batches of the engine, so that one call takes less time than several, above all if
// Samples is small or if little is missing. If one corpus is refused, all are.
func (r *Run) PredictEach(ctx context.Context, corpora []*erc.Corpus, o Options) ([][]Prediction, error) {
	forecasts, err := r.forecastEach(ctx, corpora, o, false)
	if err != nil {
		return nil, err
	}
	out := make([][]Prediction, len(corpora))
	for i, c := range corpora {
		out[i] = predictions(c, forecasts[i], r.Classes())
	}
	return out, nil
}

// ImputeEach is Impute for several corpora at once, as PredictEach is Predict.
func (r *Run) ImputeEach(ctx context.Context, corpora []*erc.Corpus, o Options) ([][]Imputed, error) {
	if err := o.checkImpute(); err != nil {
		return nil, err
	}
	forecasts, err := r.forecastEach(ctx, corpora, o, true)
	if err != nil {
		return nil, err
	}
	out := make([][]Imputed, len(corpora))
	for i, c := range corpora {
		if out[i], err = r.imputeAll(c, forecasts[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Window is the number of utterances above which a conversation is processed in windows.
const Window = infer.MaxLength

// BatchLength returns the length to which the engine pads a conversation of n utterances.
// Only conversations of one such length share a batch. The windows of a conversation of
// more than Window utterances share batches among themselves.
func BatchLength(n int) int { return infer.Bucket(min(n, Window)) }

// forecastEach checks the corpora and completes them together. The result has one entry a
// corpus, with one forecast a conversation.
func (r *Run) forecastEach(ctx context.Context, corpora []*erc.Corpus, o Options, recovered bool) ([][]infer.Prediction, error) {
	request, err := o.request(recovered)
	if err != nil {
		return nil, err
	}
	var samples []infer.Sample
	for _, c := range corpora {
		more, err := r.trained.AllSamples(c)
		if err != nil {
			return nil, err
		}
		samples = append(samples, more...)
	}
	all, err := r.trained.Predict(ctx, samples, request)
	if err != nil {
		return nil, err
	}
	out := make([][]infer.Prediction, len(corpora))
	for i, c := range corpora {
		n := len(c.Conversations)
		out[i], all = all[:n:n], all[n:]
	}
	return out, nil
}
