package infer

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// Request holds the settings of a completion.
type Request struct {
	Samples   int    // K, the number of draws of each conversation, at least 1
	Seed      uint64 // of the noise
	Recovered bool   // return recovered and encoded features too
	// Watch is called after every batch with the number of draws that it made; it may be
	// nil.
	Watch func(draws int)
}

// Predictor runs a model's inference graphs with fixed weights. Goroutines may use
// it at the same time.
type Predictor struct {
	Name        string  // of the run, for messages
	ScaleFactor float64 // factor on the head's Laplace scales; 1 leaves them as they are
	// Residual [m][D_m] is the root mean squared error of the point estimates of each
	// channel, standardised. It gives the deviations of a model that does not know them. It
	// is empty for a modality that no validation mask withheld.
	Residual       [erc.NumModalities][]float64
	model          model.Model
	params         *model.Params
	setup          model.Setup
	buildLock      sync.Mutex     // held while a graph is built on the store
	forecastGraphs *engine.Graphs // graphs without recovered features
	recoverGraphs  *engine.Graphs // graphs with recovered features
	callLock       sync.RWMutex   // held for reading by every call, for writing by Close
	closed         atomic.Bool
}

// NewPredictor returns a predictor of a model with the weights in a store. Close it after
// use.
func NewPredictor(backend engine.Backend, store *mlx.Store, m model.Model, setup model.Setup) *Predictor {
	p := &Predictor{Name: "the model", ScaleFactor: 1, model: m, params: model.TrainedParams(store), setup: setup}
	p.forecastGraphs = engine.NewGraphs(backend, store, &p.buildLock, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		return p.outputs(m.Forecast(p.params, in), false)
	})
	p.recoverGraphs = engine.NewGraphs(backend, store, &p.buildLock, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		return p.outputs(m.Forecast(p.params, in), true)
	})
	return p
}

// Names of the outputs of the inference graphs. Those of features are followed by the
// modality, those of anchors by their number and the modality.
const (
	outLocation  = "location"   // [B,N]
	outScale     = "scale"      // [B,N]
	outLogits    = "logits"     // [B,N,C]
	outEncoded   = "encoded"    // [M,B,N,d]
	outRecovered = "recovered_" // [B,N,D_m]
	outEstimate  = "estimate_"  // [B,N,D_m]
	outVariance  = "variance_"  // [B,N,D_m]
)

// outputs names the outputs of a model: those of the task and, if recovered is
// set, the recovered features, the encoded ones, and the anchors.
func (p *Predictor) outputs(f model.Outputs, recovered bool) engine.Outputs {
	out := engine.Outputs{outLocation: f.Location, outScale: f.Scale}
	if p.setup.Task == erc.Classes {
		out = engine.Outputs{outLogits: f.Logits}
	}
	if !recovered {
		return out
	}
	out[outEncoded] = f.Encoded
	named := map[string][erc.NumModalities]*graph.Node{outRecovered: f.Recover()}
	if f.Estimate != nil {
		named[outEstimate] = f.Estimate()
	}
	if f.Variance != nil {
		named[outVariance] = f.Variance()
	}
	for name, features := range named {
		for _, m := range erc.Modalities {
			out[name+m.String()] = features[m]
		}
	}
	return out
}

// Run makes r.Samples draws of every conversation and calls visit with each: the draws of
// one conversation in their order, conversations in an order that depends on their
// lengths. If the draws of no conversation of a batch can differ (model.Model.Varies), one
// draw is computed and visited r.Samples times. The draws of a conversation longer than
// MaxLength are joined from those of its windows. Run returns an error if a result is not
// finite, if the predictor is closed, or if the context has ended.
func (p *Predictor) Run(ctx context.Context, convs []Observed, r Request, visit func(i int, c Draw)) error {
	plan := planWindows(convs)
	r.Watch = plan.watchPieces(r.Watch)
	return p.run(ctx, plan.pieces, r, plan.join(visit))
}

// run completes conversations of at most MaxLength utterances.
func (p *Predictor) run(ctx context.Context, convs []Observed, r Request, visit func(i int, c Draw)) error {
	return p.eachBatch(ctx, convs, func(b *model.Batch, d *rowBatch) error {
		feed := b.Observe()
		defer feed.Free()
		if err := p.model.Prepare(feed, b, nil); err != nil {
			return err
		}
		cutEdges(feed, convs, d, b.Size())
		count := r.Samples
		if !p.varies(b, d, r.Recovered) {
			count = 1
		}
		for k := 0; k < count; {
			if err := p.checkOpen(ctx); err != nil {
				return err
			}
			next := min(d.drawsPerSample(), count-k)
			draws, err := p.completeRows(feed, b, model.Pass{Seed: r.Seed, Sample: uint64(k), Features: r.Recovered}, r.Recovered, next*len(d.indices))
			if err != nil {
				return p.locateError(err, convs, d.indices)
			}
			p.visitDraws(draws, d, r.Samples/count, r.Watch, visit)
			k += next
		}
		return nil
	})
}

// varies reports whether two draws of some conversation of a batch may differ.
func (p *Predictor) varies(b *model.Batch, d *rowBatch, features bool) bool {
	for row := range d.indices {
		if p.model.Varies(&b.Conversations[row], features) {
			return true
		}
	}
	return false
}

// visitDraws calls visit with the draws of a batch, each of them times times.
func (p *Predictor) visitDraws(draws []Draw, d *rowBatch, times int, watch func(int), visit func(i int, c Draw)) {
	for range times {
		for row, c := range draws {
			visit(d.indices[row%len(d.indices)], c)
		}
	}
	if watch != nil {
		watch(times * len(draws))
	}
}

// eachBatch divides the conversations into batches and calls do with each.
func (p *Predictor) eachBatch(ctx context.Context, convs []Observed, do func(b *model.Batch, d *rowBatch) error) error {
	p.callLock.RLock()
	defer p.callLock.RUnlock()
	if err := p.checkOpen(ctx); err != nil {
		return err
	}
	lengths := make([]int, len(convs))
	for i := range convs {
		lengths[i] = convs[i].Len()
	}
	for _, d := range batchByLength(lengths) {
		if err := p.checkOpen(ctx); err != nil {
			return err
		}
		b := &model.Batch{N: d.length, Dims: p.setup.Inhabited().Dims}
		for row := range batchRows {
			b.Conversations = append(b.Conversations, convs[d.indices[row%len(d.indices)]].Conversation)
			b.Samples = append(b.Samples, uint64(row/len(d.indices)))
		}
		if err := do(b, &d); err != nil {
			return err
		}
	}
	return nil
}

// checkOpen returns an error if Close was called or the context has ended.
func (p *Predictor) checkOpen(ctx context.Context) error {
	if p.closed.Load() {
		return fault.Failure("open the run again", "%s is closed", p.Name)
	}
	return ctx.Err()
}

// completeRows adds noise to a prepared feed, runs the graph, and returns the draws in the
// first rows of the batch.
func (p *Predictor) completeRows(feed engine.Feed, b *model.Batch, draw model.Pass, recovered bool, first int) ([]Draw, error) {
	noise := engine.Feed{}
	p.model.Draw(noise, b, draw)
	maps.Copy(feed, noise)
	defer func() {
		noise.Free()
		for name := range noise {
			delete(feed, name)
		}
	}()
	graphs := p.forecastGraphs
	if recovered {
		graphs = p.recoverGraphs
	}
	results, err := graphs.Call(feed)
	if err != nil {
		return nil, err
	}
	out := make([]Draw, first)
	for row := range out {
		if out[row], err = p.draw(results, b, row, recovered); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Close frees the compiled graphs. Calls that are under way end with an error first;
// later ones are refused. It may be called more than once.
func (p *Predictor) Close() {
	p.closed.Store(true)
	p.callLock.Lock()
	defer p.callLock.Unlock()
	p.forecastGraphs.Close()
	p.recoverGraphs.Close()
}

// float64s converts a row to float64.
func float64s(x []float32) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = float64(x[i])
	}
	return out
}

// Model returns the model, for what only some models can say of a conversation.
func (p *Predictor) Model() model.Model { return p.model }

// OwnEstimate reports whether the model has a point estimate that does not depend on draws.
func (p *Predictor) OwnEstimate() bool {
	m, ok := p.model.(model.Estimator)
	return ok && m.OwnEstimate()
}
