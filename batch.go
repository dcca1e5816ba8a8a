package gsdnet

import (
	"context"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/memory"
)

// PredictEach is Predict for several corpora at once: out[i] is what Predict returns for
// corpora[i] with the same options, bit for bit. Conversations of one BatchLength share
// the batches of the engine, so that one call takes less time than several, above all if
// Samples is small or if little is missing. If one corpus is refused, all are.
func (r *Run) PredictEach(ctx context.Context, corpora []*erc.Corpus, o Options) ([][]Prediction, error) {
	samples, request, err := r.prepare(corpora, o)
	if err != nil {
		return nil, err
	}
	all, err := r.trained.Predict(ctx, samples, request)
	if err != nil {
		return nil, err
	}
	out := make([][]Prediction, len(corpora))
	for i, c := range corpora {
		n := len(c.Conversations)
		out[i], all = predictions(c, all[:n], r.Classes()), all[n:]
	}
	return out, nil
}

// ImputeEach is Impute for several corpora at once, as PredictEach is Predict.
func (r *Run) ImputeEach(ctx context.Context, corpora []*erc.Corpus, o Options) ([][]Imputed, error) {
	if err := o.checkImpute(); err != nil {
		return nil, err
	}
	samples, request, err := r.prepare(corpora, o)
	if err != nil {
		return nil, err
	}
	request.Recovered = true
	r.fewest(&request, o.Draws)
	all := fillings{}
	for _, c := range corpora {
		if err := r.checkDraws(c, o.Draws, memory.Available()); err != nil {
			return nil, err
		}
		all = append(all, newFilling(r, c, o.Draws))
	}
	if err := r.trained.Stream(ctx, samples, request, infer.Visit{Draw: all.draw, Piece: all.piece}); err != nil {
		return nil, err
	}
	out := make([][]Imputed, len(all))
	for i, f := range all {
		if f.err != nil {
			return nil, f.err
		}
		out[i] = f.out
	}
	return out, nil
}

// fewest sets the number of completions of an imputation. A model with a point estimate of
// its own needs no more than the draws that are asked for. Progress counts as though it had
// made all of them.
func (r *Run) fewest(request *infer.Request, draws int) {
	asked := request.Samples
	if request.Samples = max(asked, draws); r.trained.OwnEstimate() {
		request.Samples = max(1, draws)
	}
	watch, made, counted := request.Watch, 0, 0
	if watch == nil || request.Samples == asked {
		return
	}
	needed := request.Samples
	request.Watch = func(n int) {
		made += n
		due := made * asked / needed
		watch(due - counted)
		counted = due
	}
}

// fillings are those of several corpora, whose conversations are numbered through.
type fillings []*filling

// at returns the filling that conversation i belongs to, and its number there.
func (all fillings) at(i int) (*filling, int) {
	for _, f := range all {
		if i < len(f.convs) {
			return f, i
		}
		i -= len(f.convs)
	}
	return nil, 0
}

func (all fillings) draw(i, from, k int, d infer.Draw) {
	f, at := all.at(i)
	f.draw(at, from, k, d)
}

func (all fillings) piece(i, from int, p infer.Prediction) {
	f, at := all.at(i)
	f.piece(at, from, p)
}

// Window is the number of utterances above which a conversation is processed in windows.
const Window = infer.MaxLength

// BatchLength returns the length to which the engine pads a conversation of n utterances.
// Only conversations of one such length share a batch. The windows of a conversation of
// more than Window utterances share batches among themselves.
func BatchLength(n int) int { return infer.Bucket(min(n, Window)) }
