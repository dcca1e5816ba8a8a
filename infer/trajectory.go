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

// Trajectory holds the errors of the successive states of a sampler. The first state is a
// draw of the prior, the last one the refined completion.
type Trajectory struct {
	Times []float64 `json:"times"` // the diffusion time of each state
	// Features is the root mean square error of the withheld cells in the space of
	// Eq. 14, for each state and modality. Spectra is the mean absolute error of the
	// eigenvalues; it is nil if the model diffuses features only.
	Features [][erc.NumModalities]float64 `json:"features"`
	Spectra  [][erc.NumModalities]float64 `json:"spectra,omitempty"`
}

// Trajectory measures the states of the sampler during one completion of a split under a
// mask. It returns nil for a model that has no sampler. Its errors are those of Samples
// and of Predictor.Run.
func (t *Trained) Trajectory(ctx context.Context, c *erc.Corpus, split erc.Split, mask missing.Mask) (*Trajectory, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	errors := &trajectoryErrors{Predictor: t.Predictor, truth: map[pieceKey]model.Truth{}, seed: t.Config.Train.Seed, sums: map[string][erc.NumModalities]float64{}}
	samples = Pieces(samples)
	for _, s := range samples {
		errors.truth[pieceKey{s.key, s.part}] = s.Truth
	}
	graphs := engine.NewGraphs(t.engine, t.store, &t.buildLock, errors.build)
	defer graphs.Close()
	convs := NewEvaluation(samples, []missing.Mask{mask}, t.Setup).observe(mask)
	err = t.eachBatch(ctx, convs, func(b *model.Batch, d *rowBatch) error { return errors.add(graphs, b, len(d.indices)) })
	if err != nil || errors.times == nil {
		return nil, err
	}
	return errors.trajectory(), nil
}

// pieceKey identifies a conversation, or a piece of a long one.
type pieceKey struct {
	key  uint64
	part int
}

// trajectoryErrors sums the errors of a sampler's states over batches.
type trajectoryErrors struct {
	*Predictor
	seed  uint64
	truth map[pieceKey]model.Truth
	times []float64                             // nil until a graph was built, and without a sampler
	sums  map[string][erc.NumModalities]float64 // by output
}

// build returns the errors of each conversation, [M,B], summed over the withheld cells:
// one output for each state and each diffused quantity, and one for the weights of each
// quantity.
func (e *trajectoryErrors) build(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
	forecast := e.model.Forecast(e.params, in)
	withheld := layer.Withheld(in)
	if forecast.Trajectory == nil {
		return engine.Outputs{"withheld": withheld}
	}
	path := forecast.Trajectory()
	e.times = nil
	out := engine.Outputs{}
	for i, state := range path.States {
		e.times = append(e.times, state.Time)
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

// stateOutput names an output of the graph: the errors of one state of a diffused
// quantity, or the weights of the quantity.
type stateOutput struct {
	name  string // of the quantity
	state int    // from 0, or weightState
}

// weightState is the state of an output that holds weights.
const weightState = -1

// String returns the name of the output in the graph.
func (t stateOutput) String() string { return fmt.Sprintf("%s %d", t.name, t.state) }

// add runs a batch and adds the errors of its first conversations. The later rows repeat
// them.
func (e *trajectoryErrors) add(graphs *engine.Graphs, b *model.Batch, first int) error {
	truth := make([]model.Truth, b.Size())
	for i := range b.Conversations {
		truth[i] = e.truth[pieceKey{b.Conversations[i].Key, b.Conversations[i].Part}]
	}
	feed := b.Observe()
	defer feed.Free()
	b.Reveal(feed, truth)
	if err := e.model.Prepare(feed, b, truth); err != nil {
		return err
	}
	e.model.Draw(feed, b, model.Pass{Seed: e.seed, Features: true})
	results, err := graphs.Call(feed)
	if err != nil || e.times == nil {
		return err
	}
	for name, array := range results {
		sums := e.sums[name]
		for m := range erc.NumModalities {
			for _, x := range array.Values[m*b.Size():][:first] {
				sums[m] += float64(x)
			}
		}
		e.sums[name] = sums
	}
	return nil
}

// trajectory divides the sums by their weights.
func (e *trajectoryErrors) trajectory() *Trajectory {
	out := &Trajectory{Times: e.times, Features: e.means("features"), Spectra: e.means("spectra")}
	for i := range out.Features {
		for m, square := range out.Features[i] {
			out.Features[i][m] = math.Sqrt(square)
		}
	}
	return out
}

// means returns the mean errors of every state, or nil if the quantity is not diffused.
func (e *trajectoryErrors) means(name string) [][erc.NumModalities]float64 {
	weight, ok := e.sums[stateOutput{name, weightState}.String()]
	if !ok {
		return nil
	}
	out := make([][erc.NumModalities]float64, len(e.times))
	for i := range out {
		out[i] = e.sums[stateOutput{name, i}.String()]
		for m := range out[i] {
			out[i][m] /= max(weight[m], 1)
		}
	}
	return out
}
