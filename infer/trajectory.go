package infer

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Approach is how near the states of a sampler come to the truth on their way
// from noise: the first is a draw of the prior, the last the completion as refined.
type Trajectory struct {
	Times []float64 `json:"times"`
	// Features is the root mean square error of the withheld cells in the space of
	// Eq. 14, Spectra the mean absolute error of the eigenvalues (nil where
	// features alone are diffused); by state and modality.
	Features [][erc.NumModalities]float64 `json:"features"`
	Spectra  [][erc.NumModalities]float64 `json:"spectra,omitempty"`
}

// Approach follows the sampler through one completion of a split under a mask;
// nil for a model that does not sample.
func (t *Trained) Trajectory(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) (*Trajectory, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	follow := &follower{Predictor: t.Predictor, truth: map[place]model.Truth{}, seed: t.Config.Train.Seed}
	samples = Pieces(samples)
	for _, s := range samples {
		follow.truth[place{s.key, s.part}] = s.Truth
	}
	graphs := engine.NewGraphs(t.engine, t.store, &t.building, follow.build)
	defer graphs.Close()
	convs := NewEvaluation(samples, []missing.Mask{mask}, t.Setup).observe(mask)
	err = t.each(ctx, convs, func(b *model.Batch, d *dealt) error { return follow.add(graphs, b, len(d.indices)) })
	if err != nil || follow.times == nil {
		return nil, err
	}
	return follow.approach(), nil
}

// place names a conversation, or a piece of a long one.
type place struct {
	key  uint64
	part int
}

// follower sums the errors of a sampler's states over batches.
type follower struct {
	*Predictor
	seed  uint64
	truth map[place]model.Truth
	times []float64 // nil until a graph was built, and without a sampler
	sums  [][erc.NumModalities]float64
}

// build returns the errors of each conversation [M,B]: of every state's features,
// their weight, and likewise of the spectra.
func (f *follower) build(in engine.Nodes) []*graph.Node {
	said := f.model.Forecast(f.params, in)
	if said.Trajectory == nil {
		return []*graph.Node{layer.Withheld(in)}
	}
	path := said.Trajectory()
	f.times = nil
	var features, spectra []*graph.Node
	withheld := layer.Withheld(in)
	for _, state := range path.States {
		f.times = append(f.times, state.Time)
		miss := graph.Mul(graph.Square(graph.Sub(state.Encoded, path.Truth.Encoded)), withheld)
		features = append(features, graph.ReduceMean(graph.ReduceSum(miss, 2), -1))
		if state.Spectra != nil {
			miss = graph.Mul(graph.Abs(graph.Sub(state.Spectra, path.Truth.Spectra)), path.Truth.Counts)
			spectra = append(spectra, graph.ReduceSum(miss, -1))
		}
	}
	out := append(features, graph.ReduceSum(withheld, 2, 3))
	if spectra != nil {
		out = append(append(out, spectra...), graph.ReduceSum(path.Truth.Counts, -1))
	}
	return out
}

// add runs a batch and takes in its first conversations, which are not there
// twice.
func (f *follower) add(graphs *engine.Graphs, b *model.Batch, first int) error {
	truth := make([]model.Truth, b.Size())
	for i := range b.Conversations {
		truth[i] = f.truth[place{b.Conversations[i].Key, b.Conversations[i].Part}]
	}
	feed := b.Observe()
	defer free(feed)
	b.Reveal(feed, truth)
	if err := f.model.Prepare(feed, b, truth); err != nil {
		return err
	}
	f.model.Draw(feed, b, model.Pass{Seed: f.seed})
	outputs, err := graphs.Call(feed)
	if err != nil || f.times == nil {
		return err
	}
	if f.sums == nil {
		f.sums = make([][erc.NumModalities]float64, len(outputs))
	}
	for i, t := range outputs {
		values := widen(engine.TableOf(t).Values)
		for m := range erc.NumModalities {
			for _, x := range values[m*b.Size():][:first] {
				f.sums[i][m] += x
			}
		}
	}
	return nil
}

// approach divides the sums by their weights.
func (f *follower) approach() *Trajectory {
	mean := func(sums [][erc.NumModalities]float64) [][erc.NumModalities]float64 {
		weight := sums[len(f.times)]
		for i := range f.times {
			for m := range sums[i] {
				sums[i][m] /= max(weight[m], 1)
			}
		}
		return sums[:len(f.times)]
	}
	out := &Trajectory{Times: f.times, Features: mean(f.sums)}
	for i := range out.Features {
		for m, square := range out.Features[i] {
			out.Features[i][m] = math.Sqrt(square)
		}
	}
	if rest := f.sums[len(f.times)+1:]; len(rest) > 0 {
		out.Spectra = mean(rest)
	}
	return out
}
