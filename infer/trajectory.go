package infer

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Trajectory says how near the states of a sampler come to the truth on their way from
// noise. The first state is a draw of the prior, the last one the refined completion.
type Trajectory struct {
	Times []float64 `json:"times"`
	// Features is the root mean square error of the withheld cells in the space of
	// Eq. 14, Spectra the mean absolute error of the eigenvalues (nil where
	// features alone are diffused); by state and modality.
	Features [][erc.NumModalities]float64 `json:"features"`
	Spectra  [][erc.NumModalities]float64 `json:"spectra,omitempty"`
}

// Trajectory follows the sampler through one completion of a split under a mask. It
// returns nil for a model that does not sample.
func (t *Trained) Trajectory(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) (*Trajectory, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	follow := &trajectoryErrors{Predictor: t.Predictor, truth: map[pieceKey]model.Truth{}, seed: t.Config.Train.Seed, sums: map[string][erc.NumModalities]float64{}}
	samples = Pieces(samples)
	for _, s := range samples {
		follow.truth[pieceKey{s.key, s.part}] = s.Truth
	}
	graphs := engine.NewGraphs(t.engine, t.store, &t.buildLock, follow.build)
	defer graphs.Close()
	convs := NewEvaluation(samples, []missing.Mask{mask}, t.Setup).observe(mask)
	err = t.eachBatch(ctx, convs, func(b *model.Batch, d *rowBatch) error { return follow.add(graphs, b, len(d.indices)) })
	if err != nil || follow.times == nil {
		return nil, err
	}
	return follow.trajectory(), nil
}

// place names a conversation, or a piece of a long one.
type pieceKey struct {
	key  uint64
	part int
}

// follower sums the errors of a sampler's states over batches.
type trajectoryErrors struct {
	*Predictor
	seed  uint64
	truth map[pieceKey]model.Truth
	times []float64                             // nil until a graph was built, and without a sampler
	sums  map[string][erc.NumModalities]float64 // by output
}

// build returns the errors of each conversation [M,B], summed over what is withheld: of
// the features of every state, of everything else that is diffused, and their weights.
func (f *trajectoryErrors) build(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
	forecast := f.model.Forecast(f.params, in)
	withheld := layer.Withheld(in)
	if forecast.Trajectory == nil {
		return engine.Outputs{"withheld": withheld}
	}
	path := forecast.Trajectory()
	f.times = nil
	out := engine.Outputs{}
	for i, state := range path.States {
		f.times = append(f.times, state.Time)
		square := graph.Mul(graph.Square(graph.Sub(state.Encoded, path.Truth.Encoded)), withheld)
		out[stateOutput{"features", i}.String()] = graph.ReduceMean(graph.ReduceSum(square, 2), -1)
		for name, value := range state.Others {
			difference := graph.Mul(graph.Abs(graph.Sub(value, path.Truth.Others[name])), path.Counts[name])
			out[stateOutput{name, i}.String()] = graph.ReduceSum(difference, -1)
		}
	}
	out[stateOutput{"features", weightState}.String()] = graph.ReduceSum(withheld, 2, 3)
	for name, counts := range path.Counts {
		out[stateOutput{name, weightState}.String()] = graph.ReduceSum(counts, -1)
	}
	return out
}

// track names an output of the follower: the errors of one state of what is diffused, or
// its weights.
type stateOutput struct {
	name  string
	state int
}

// weights stands for the weights in place of a state.
const weightState = -1

func (t stateOutput) String() string { return fmt.Sprintf("%s %d", t.name, t.state) }

// add runs a batch and takes in its first conversations, which are not there
// twice.
func (f *trajectoryErrors) add(graphs *engine.Graphs, b *model.Batch, first int) error {
	truth := make([]model.Truth, b.Size())
	for i := range b.Conversations {
		truth[i] = f.truth[pieceKey{b.Conversations[i].Key, b.Conversations[i].Part}]
	}
	feed := b.Observe()
	defer feed.Free()
	b.Reveal(feed, truth)
	if err := f.model.Prepare(feed, b, truth); err != nil {
		return err
	}
	f.model.Draw(feed, b, model.Pass{Seed: f.seed})
	results, err := graphs.Call(feed)
	if err != nil || f.times == nil {
		return err
	}
	for name, array := range results {
		sums := f.sums[name]
		for m := range erc.NumModalities {
			for _, x := range array.Values[m*b.Size():][:first] {
				sums[m] += float64(x)
			}
		}
		f.sums[name] = sums
	}
	return nil
}

// trajectory divides the sums by their weights.
func (f *trajectoryErrors) trajectory() *Trajectory {
	out := &Trajectory{Times: f.times, Features: f.means("features"), Spectra: f.means("spectra")}
	for i := range out.Features {
		for m, square := range out.Features[i] {
			out.Features[i][m] = math.Sqrt(square)
		}
	}
	return out
}

// means returns the mean errors of every state, nil of what is not diffused.
func (f *trajectoryErrors) means(name string) [][erc.NumModalities]float64 {
	weight, ok := f.sums[stateOutput{name, weightState}.String()]
	if !ok {
		return nil
	}
	out := make([][erc.NumModalities]float64, len(f.times))
	for i := range out {
		out[i] = f.sums[stateOutput{name, i}.String()]
		for m := range out[i] {
			out[i][m] /= max(weight[m], 1)
		}
	}
	return out
}
