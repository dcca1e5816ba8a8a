package modeltest

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/simd"
)

// dims are the widths of the suite's features.
var dims = [erc.NumModalities]int{7, 5, 4}

// setups lists the tasks of the suite, with the features of its conversations.
var setups = []model.Setup{
	{Dims: dims, Task: erc.Scores},
	{Dims: dims, Task: erc.Classes, NumClasses: 3},
}

// fixture is a model with parameters, and four conversations with missing cells.
type fixture struct {
	t       *testing.T
	setup   model.Setup
	backend compute.Backend
	model   model.Model
	store   *mlx.Store
	params  *model.Params
	convs   []model.Conversation
	truth   []model.Truth
}

// newFixture makes the conversations and fits the model to them.
func newFixture(t *testing.T, m model.Model, s model.Setup) *fixture {
	t.Helper()
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, setup: s, backend: backend, model: m, store: mlx.NewStore()}
	f.params = model.NewParams(f.store, 1)
	rng := rand.New(rand.NewPCG(5, 5))
	for i, n := range []int{6, 9, 4, 11} {
		conv, truth := conversation(rng, uint64(i), n)
		f.convs, f.truth = append(f.convs, conv), append(f.truth, truth)
	}
	if fit, ok := m.(model.Fitter); ok {
		if err := fit.Fit(t.Context(), f.params, f.convs, f.truth); err != nil {
			t.Fatalf("Fit: %v", err)
		}
	}
	return f
}

// conversation draws a conversation whose modalities share a latent walk, with
// about half of the cells withheld.
func conversation(rng *rand.Rand, key uint64, n int) (model.Conversation, model.Truth) {
	conv := model.Conversation{Key: key}
	truth := model.Truth{}
	latent := rng.NormFloat64()
	for u := range n {
		latent = 0.8*latent + 0.6*rng.NormFloat64()
		present := erc.Present(1 + rng.IntN(int(erc.All)))
		conv.Present = append(conv.Present, present)
		conv.Speakers = append(conv.Speakers, erc.Speaker(u%2))
		truth.Present = append(truth.Present, erc.All)
		truth.Labels = append(truth.Labels, float32(max(-3, min(3, latent))))
		truth.Classes = append(truth.Classes, class(latent))
		for _, m := range erc.Modalities {
			x := make([]float32, dims[m])
			for j := range x {
				x[j] = float32(latent*float64(j%3-1) + 0.5*rng.NormFloat64())
			}
			truth.Features[m] = append(truth.Features[m], x)
			if !present.Has(m) {
				x = nil
			}
			conv.Features[m] = append(conv.Features[m], x)
		}
	}
	return conv, truth
}

// class returns one of three classes of about the same size.
func class(latent float64) int32 {
	switch {
	case latent < -0.4:
		return 0
	case latent > 0.4:
		return 2
	}
	return 1
}

// batch pads conversations, chosen by index, to a length.
func (f *fixture) batch(length int, indices ...int) (*model.Batch, []model.Truth) {
	b := &model.Batch{N: length, Dims: dims}
	var truth []model.Truth
	for _, i := range indices {
		b.Conversations = append(b.Conversations, f.convs[i])
		truth = append(truth, f.truth[i])
	}
	return b, truth
}

// feed prepares a batch for a training step, or for inference if truth is nil.
func (f *fixture) feed(b *model.Batch, truth []model.Truth, step uint64) engine.Feed {
	f.t.Helper()
	return f.prepare(b, truth, model.Pass{Seed: 3, Step: step, Train: truth != nil, Features: truth == nil})
}

// prepare prepares a batch for a pass.
func (f *fixture) prepare(b *model.Batch, truth []model.Truth, pass model.Pass) engine.Feed {
	f.t.Helper()
	feed := b.Observe()
	if truth != nil {
		b.Reveal(feed, truth)
	}
	if err := f.model.Prepare(feed, b, truth); err != nil {
		f.t.Fatalf("Prepare: %v", err)
	}
	f.model.Draw(feed, b, pass)
	return feed
}

// run builds a graph on a feed and returns its outputs in their order, row-major.
func (f *fixture) run(feed engine.Feed, build func(in engine.Nodes) []*graph.Node) [][]float32 {
	f.t.Helper()
	count := 0
	graphs := engine.NewGraphs(f.backend, f.store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		nodes := build(in)
		count = len(nodes)
		out := engine.Outputs{}
		for i, node := range nodes {
			out[strconv.Itoa(i)] = node
		}
		return out
	})
	defer graphs.Close()
	results, err := graphs.Call(feed)
	if err != nil {
		f.t.Fatal(err)
	}
	out := make([][]float32, count)
	for i := range out {
		out[i] = results[strconv.Itoa(i)].Values
	}
	return out
}

// predicted returns the outputs of the task, the encoded features and the recovered
// ones, in this order.
func (f *fixture) predicted(outputs model.Outputs) []*graph.Node {
	recovered := outputs.Recover()
	return append(append(f.task(outputs), outputs.Encoded), recovered[:]...)
}

// task returns the outputs of the task.
func (f *fixture) task(outputs model.Outputs) []*graph.Node {
	if f.setup.Task == erc.Classes {
		return []*graph.Node{outputs.Logits}
	}
	return []*graph.Node{outputs.Location, outputs.Scale}
}

// width returns how many numbers the first output has for each utterance.
func (f *fixture) width() int { return max(1, f.setup.NumClasses) }

// forecast returns the outputs of predicted for the first draw of a batch.
func (f *fixture) forecast(b *model.Batch) [][]float32 {
	f.t.Helper()
	return f.draw(b, 0, true)
}

// draw returns the outputs of predicted for the draw of a batch with the number sample, and
// without features the outputs of the task alone.
func (f *fixture) draw(b *model.Batch, sample uint64, features bool) [][]float32 {
	f.t.Helper()
	feed := b.Observe()
	if err := f.model.Prepare(feed, b, nil); err != nil {
		f.t.Fatalf("Prepare: %v", err)
	}
	f.model.Draw(feed, b, model.Pass{Seed: 3, Sample: sample, Features: features})
	return f.run(feed, func(in engine.Nodes) []*graph.Node {
		outputs := f.model.Forecast(f.params, in)
		if !features {
			return f.task(outputs)
		}
		return f.predicted(outputs)
	})
}

// descend makes training steps, each on a feed of its own, and returns the first and the last
// prediction loss.
func (f *fixture) descend(steps int, feed func(step int) engine.Feed) (first, last float64) {
	f.t.Helper()
	graphs := engine.NewGraphs(f.backend, f.store, nil, func(scope *mlx.Scope, in engine.Nodes) engine.Outputs {
		losses := f.model.Losses(f.params, in)
		adam := optimizer.Adam().LearningRate(3e-3).Done()
		adam.UpdateGraph(scope, in.Graph(), losses.Total)
		return engine.Outputs{"loss": graph.ConvertDType(losses.Terms[0].Value, dtypes.Float32)}
	})
	defer graphs.Close()
	for step := range steps {
		results, err := graphs.Call(feed(step))
		if err != nil {
			f.t.Fatal(err)
		}
		last = float64(results["loss"].Values[0])
		if step == 0 {
			first = last
		}
	}
	return first, last
}
