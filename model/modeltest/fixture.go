package modeltest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/simd"
)

// dims are the widths of the suite's features.
var dims = [erc.NumModalities]int{7, 5, 4}

// setups are what the suite's conversations are labelled with.
var setups = []model.Setup{
	{Dims: dims, Task: erc.Scores},
	{Dims: dims, Task: erc.Classes, NumClasses: 3},
}

// fixture is a model on four conversations with holes in them.
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

// class is one of three, of about the same size.
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

// feed prepares a batch; truth is nil for inference.
func (f *fixture) feed(b *model.Batch, truth []model.Truth, step uint64) engine.Feed {
	f.t.Helper()
	feed := b.Observe()
	if truth != nil {
		b.Reveal(feed, truth)
	}
	if err := f.model.Prepare(feed, b, truth); err != nil {
		f.t.Fatalf("Prepare: %v", err)
	}
	f.model.Draw(feed, b, model.Pass{Seed: 3, Step: step, Train: truth != nil})
	return feed
}

// run builds a graph on a feed and returns its outputs.
func (f *fixture) run(feed engine.Feed, build func(in engine.Nodes) []*graph.Node) []*tensors.Tensor {
	f.t.Helper()
	names := slices.Sorted(maps.Keys(feed))
	exec, err := mlx.NewExec(f.backend, f.store, func(_ *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		return build(byName(names, inputs))
	})
	if err != nil {
		f.t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(inOrder(names, feed)...)
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

func byName(names []string, inputs []*graph.Node) engine.Nodes {
	nodes := engine.Nodes{}
	for i, name := range names {
		nodes[name] = inputs[i]
	}
	return nodes
}

func inOrder(names []string, feed engine.Feed) []any {
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = feed[name]
	}
	return args
}

// predicted returns the outputs of the task, the encoded features and the recovered
// ones, in this order.
func (f *fixture) predicted(said model.Outputs) []*graph.Node {
	outputs := []*graph.Node{said.Location, said.Scale}
	if f.setup.Task == erc.Classes {
		outputs = []*graph.Node{said.Logits}
	}
	recovered := said.Recover()
	return append(append(outputs, said.Encoded), recovered[:]...)
}

// width is how many numbers the first output has for an utterance.
func (f *fixture) width() int { return max(1, f.setup.NumClasses) }

// forecast returns what predicted lists for a batch.
func (f *fixture) forecast(b *model.Batch) [][]float32 {
	f.t.Helper()
	out := f.run(f.feed(b, nil, 0), func(in engine.Nodes) []*graph.Node {
		return f.predicted(f.model.Forecast(f.params, in))
	})
	flat := make([][]float32, len(out))
	for i := range out {
		flat[i] = tensors.MustCopyFlatData[float32](out[i])
	}
	return flat
}

// descend makes training steps on one feed after another and returns the first
// and the last prediction loss.
func (f *fixture) descend(steps int, feed func(step int) engine.Feed) (first, last float64) {
	f.t.Helper()
	var names []string
	exec, err := mlx.NewExec(f.backend, f.store, func(scope *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		losses := f.model.Losses(f.params, byName(names, inputs))
		adam := optimizer.Adam().LearningRate(3e-3).Done()
		adam.UpdateGraph(scope, inputs[0].Graph(), losses.Total)
		return []*graph.Node{graph.ConvertDType(losses.Terms[0].Value, dtypes.Float32)}
	})
	if err != nil {
		f.t.Fatal(err)
	}
	defer exec.Finalize()
	for step := range steps {
		inputs := feed(step)
		names = slices.Sorted(maps.Keys(inputs))
		out, err := exec.Call(inOrder(names, inputs)...)
		if err != nil {
			f.t.Fatal(err)
		}
		last = float64(tensors.ToScalar[float32](out[0]))
		if step == 0 {
			first = last
		}
	}
	return first, last
}
