package train

import (
	"context"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/stream"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// judgedCells is how many utterances, missing and not, the network's loss is measured on:
// the validation split again and again, with other masks and noise, until there are as many.
const judgedCells = 2000

// judge measures the loss of a network, apart from that of the prediction, on inputs that
// are the same in every epoch.
type judge struct {
	graphs *engine.Graphs
	feeds  []engine.Feed
	counts []float64 // utterances of each feed
}

// close releases the compiled graphs.
func (j *judge) close() { j.graphs.Close() }

// validateNetwork measures the loss of the network with the averaged weights. It reports
// whether it is the lowest so far, and notes it if so.
func (f *fitter) validateNetwork(ctx context.Context, epoch int) (bool, error) {
	if networkOf(f.model) == "" {
		return false, nil
	}
	if f.judge == nil {
		var err error
		if f.judge, err = f.newJudge(ctx); err != nil {
			return false, err
		}
	}
	loss, err := f.judge.loss(ctx)
	if err != nil {
		return false, err
	}
	if best := f.bestMeta.Network; best != nil && !(loss < best.Loss) {
		return false, nil
	}
	f.bestMeta.Network = &rundir.Network{Epoch: epoch, Loss: loss}
	return true, nil
}

// newJudge prepares the inputs: validation conversations from which the training protocol
// withholds modalities.
func (f *fitter) newJudge(ctx context.Context) (*judge, error) {
	optional, params := f.model.(model.Optional), model.TrainedParams(f.validStore)
	j := &judge{graphs: engine.NewGraphs(f.Backend, f.validStore, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		return engine.Outputs{outLoss: optional.Matching(params, in)}
	})}
	samples := infer.Pieces(infer.Samples(f.Corpus.In(erc.Valid), f.scaler))
	count := 0
	for round := uint64(0); count < judgedCells; round++ {
		for i := range samples {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if count >= judgedCells && round > 0 {
				break
			}
			feed, err := f.judged(&samples[i], round)
			if err != nil {
				return nil, err
			}
			j.feeds, j.counts = append(j.feeds, feed), append(j.counts, float64(samples[i].Len()))
			count += samples[i].Len()
		}
	}
	return j, nil
}

// judged makes the inputs of one conversation.
func (f *fitter) judged(s *infer.Sample, round uint64) (engine.Feed, error) {
	rng := stream.New(f.Config.Train.Seed, "judge", append([]uint64{round}, s.StreamKeys()...)...)
	observed := s.Observe(missing.DrawOneOf(f.rules, s.Present(), rng)).Conversation
	b := &model.Batch{Conversations: []model.Conversation{observed}, N: s.Len(), Dims: f.setup.Inhabited().Dims}
	truth := []model.Truth{s.Truth}
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := f.model.Prepare(feed, b, truth); err != nil {
		return nil, err
	}
	f.model.Draw(feed, b, model.Pass{Seed: f.Config.Train.Seed, Step: round, Train: true})
	return feed, nil
}

// loss returns the mean loss over utterances.
func (j *judge) loss(ctx context.Context) (float64, error) {
	sum, count := 0.0, 0.0
	for i, feed := range j.feeds {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		results, err := j.graphs.Call(feed)
		if err != nil {
			return 0, err
		}
		sum += float64(results[outLoss].Values[0]) * j.counts[i]
		count += j.counts[i]
	}
	return sum / max(count, 1), nil
}
