package train

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/internal/fault"
	"gsdnet/internal/stream"
	"gsdnet/model"
	"gsdnet/rundir"
)

// outOfPatience reports whether Patience epochs have passed without a better validation
// error.
func (f *fitter) outOfPatience() bool {
	return f.Config.Train.Patience > 0 && f.progress.Since >= f.Config.Train.Patience
}

// epoch runs one epoch, validates, and saves.
func (f *fitter) epoch(ctx context.Context) error {
	t := f.Config.Train
	epoch := f.progress.Epoch
	batches := shuffleBatches(f.lengths, min(t.Batch, len(f.train)), stream.New(t.Seed, "order", uint64(epoch)))
	means := map[string]float64{}
	progress := f.progress // f.progress changes only when the epoch has ended
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	i := 0
	for next := range f.prepareAhead(ctx, batches, epoch, progress.Step) {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate := f.rate(int(progress.Step), len(batches)*t.Epochs)
		losses, err := f.step(next, progress.Step, rate)
		if err != nil {
			return err
		}
		progress.Step++
		for name, value := range losses {
			means[name] += value / float64(len(batches))
		}
		f.notify(Event{Epoch: epoch, Step: i + 1, Steps: len(batches), Losses: losses, Rate: rate, Validation: math.NaN()})
		i++
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	progress.Epoch++
	validation := math.NaN()
	if progress.Epoch%t.ValidEvery == 0 || progress.Epoch == t.Epochs {
		var err error
		if validation, err = f.validate(ctx, &progress); err != nil {
			return err
		}
	}
	f.progress = progress
	if err := f.run.Log(rundir.NewEpochRecord(progress, means, validation, time.Since(f.started))); err != nil {
		return err
	}
	f.notify(Event{Epoch: epoch, Step: len(batches), Steps: len(batches), Losses: means, Rate: f.rate(int(progress.Step), len(batches)*t.Epochs), Validation: validation})
	return f.saveState()
}

// notify completes an event and passes it to Watch, if that is set.
func (f *fitter) notify(e Event) {
	if f.Watch == nil {
		return
	}
	e.Epochs, e.Best, e.Elapsed = f.Config.Train.Epochs, f.progress.Best, time.Since(f.started)
	f.Watch(e)
}

// rate returns the learning rate of a step. It rises linearly over the first 5 % of the
// steps and then falls along a cosine to 1 % of its peak.
func (f *fitter) rate(step, steps int) float64 {
	peak := f.Config.Train.LearningRate
	warm := max(steps/20, 1)
	if step < warm {
		return peak * float64(step+1) / float64(warm)
	}
	done := float64(step-warm) / float64(max(steps-warm, 1))
	return peak * (0.01 + 0.99*0.5*(1+math.Cos(math.Pi*min(done, 1))))
}

// preparedBatch holds the inputs of a step, or the error of preparing them.
type preparedBatch struct {
	feed engine.Feed
	err  error
}

// prepareAhead prepares the batches of an epoch in order and in the background. It makes
// the masks, graphs and noise of the next step while the engine runs the current one. It
// stops when ctx ends.
func (f *fitter) prepareAhead(ctx context.Context, batches [][]int, epoch int, step uint64) <-chan preparedBatch {
	out := make(chan preparedBatch)
	go func() {
		defer close(out)
		for i, batch := range batches {
			feed, err := f.prepare(batch, epoch, step+uint64(i))
			select {
			case out <- preparedBatch{feed, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// prepare withholds modalities by the protocol and makes the inputs of a step.
func (f *fitter) prepare(batch []int, epoch int, step uint64) (engine.Feed, error) {
	observed, truth := f.withhold("withhold", epoch, batch)
	b := &model.Batch{Conversations: observed, N: paddedLength(f.lengths, batch), Dims: f.setup.Inhabited().Dims}
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := f.model.Prepare(feed, b, truth); err != nil {
		return nil, err
	}
	f.model.Draw(feed, b, model.Pass{Seed: f.Config.Train.Seed, Step: step + 1, Train: true})
	return feed, nil
}

// step makes one step on a batch and returns its losses.
func (f *fitter) step(next preparedBatch, step uint64, rate float64) (map[string]float64, error) {
	if next.err != nil {
		return nil, next.err
	}
	t, feed := f.Config.Train, next.feed
	feed[inRate] = tensors.FromValue(float32(rate))
	feed[inEMADecay] = tensors.FromValue(float32(min(t.EMA, float64(step+1)/float64(step+10))))
	results, err := f.stepGraphs.Call(feed)
	if err != nil {
		return nil, err
	}
	return f.losses(results)
}

// losses returns the results of a step as numbers. It returns an error if one is not
// finite.
func (f *fitter) losses(results engine.Results) (map[string]float64, error) {
	out := map[string]float64{}
	for _, name := range slices.Sorted(maps.Keys(results)) {
		value := float64(results[name].Values[0])
		out[name] = value
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, fault.Failure("lower train.rate, or look for extreme features with `gsdnet data describe`",
				"epoch %d: %s is %v: training diverged", f.progress.Epoch+1, name, value)
		}
	}
	return out, nil
}
