package train

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
)

// Completion is what one completion of a conversation gives, utterance by
// utterance. What the task does not have, or was not asked for, is nil.
type Completion struct {
	Location, Scale []float64   // [N] score and Laplace scale
	Logits          [][]float64 // [N,C]
	// Recovered raw features are weighed by Recovery, Sampled are as the model has
	// them. Both are standardised, [m][N][D_m].
	Recovered, Sampled [erc.NumModalities][][]float32
	Encoded            [erc.NumModalities][][]float32
	anchors            [erc.NumModalities][][][]float32 // what Sampled departs from, coarse to fine
}

// Predictor runs a model's inference graphs with fixed weights.
type Predictor struct {
	Watch   func(conversations int) // called after each batch, for progress; may be nil
	Stretch float64                 // multiplies the head's Laplace scales; 1 leaves them
	// Recovery weighs what recovered features depart from their anchor, and says
	// how far off they are.
	Recovery Recovery
	model    model.Model
	params   *model.Params
	setup    model.Setup
	batch    int
	exec     *mlx.Exec // predictions alone
	recover  *mlx.Exec // recovered features too
	mu       sync.Mutex
	names    []string // of the inputs of the graph being built
}

// NewPredictor returns a predictor on weights in a store; batch conversations
// run together.
func NewPredictor(backend Engine, store *mlx.Store, m model.Model, setup model.Setup, batch int) (*Predictor, error) {
	p := &Predictor{Stretch: 1, model: m, params: model.TrainedParams(store), setup: setup, batch: batch}
	var err error
	if p.exec, err = mlx.NewExec(backend, store, func(_ *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		in := named(p.names, inputs)
		return p.outputs(m.Forecast(p.params, in), in, false)
	}); err != nil {
		return nil, err
	}
	p.recover, err = mlx.NewExec(backend, store, func(_ *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		in := named(p.names, inputs)
		return p.outputs(m.Forecast(p.params, in), in, true)
	})
	return p, err
}

// outputs lists a forecast's nodes: the task's, then the recovered features, the
// encoded ones, and the anchors.
func (p *Predictor) outputs(f model.Forecast, in model.Nodes, recovered bool) []*graph.Node {
	out := []*graph.Node{f.Location, f.Scale}
	if p.setup.Task == erc.Classes {
		out = []*graph.Node{f.Logits}
	}
	if recovered {
		features := f.Recover()
		out = append(out, features[:]...)
		out = append(out, f.Encoded)
		anchors := [][erc.NumModalities]*graph.Node{model.FillMean(in)}
		if f.Anchors != nil {
			anchors = f.Anchors()
		}
		for _, anchor := range anchors {
			out = append(out, anchor[:]...)
		}
	}
	return out
}

// Run completes every conversation once and calls visit with each result, in an
// order of its own. Draw.Sample tells completions apart.
func (p *Predictor) Run(ctx context.Context, convs []model.Conversation, draw model.Draw, recovered bool, visit func(i int, c Completion)) error {
	done := 0
	pieces, collect := cut(convs, func(i int, c Completion) {
		done++
		visit(i, c)
	})
	return p.each(ctx, pieces, func(b *model.Batch, indices []int) error {
		outputs, err := p.run(b, draw, recovered)
		if err != nil {
			return err
		}
		for row, i := range indices {
			collect(i, p.completion(outputs, row, b.N, pieces[i].Len(), recovered))
		}
		if p.Watch != nil {
			p.Watch(done)
			done = 0
		}
		return nil
	})
}

// each calls do with the conversations in batches, and which of them a batch is
// the first to hold, in its order; a last one is filled up with others.
func (p *Predictor) each(ctx context.Context, convs []model.Conversation, do func(b *model.Batch, indices []int) error) error {
	lengths := make([]int, len(convs))
	for i := range convs {
		lengths[i] = convs[i].Len()
	}
	batches, whole := ordered(lengths, min(p.batch, len(convs)))
	for at, indices := range batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := &model.Batch{N: longest(lengths, indices), Dims: p.setup.Dims}
		for _, i := range indices {
			b.Conversations = append(b.Conversations, convs[i])
		}
		if err := do(b, indices[:whole[at]]); err != nil {
			return err
		}
	}
	return nil
}

func (p *Predictor) run(b *model.Batch, draw model.Draw, recovered bool) ([]*tensors.Tensor, error) {
	feed := b.Observe()
	if err := p.model.Prepare(feed, b, nil, draw); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names = slices.Sorted(maps.Keys(feed))
	if recovered {
		return execute(p.recover, feed)
	}
	return execute(p.exec, feed)
}

// Close frees the compiled graphs.
func (p *Predictor) Close() {
	p.exec.Finalize()
	p.recover.Finalize()
}

// completion cuts one conversation out of a batch's outputs.
func (p *Predictor) completion(outputs []*tensors.Tensor, row, padded, n int, recovered bool) Completion {
	var c Completion
	if p.setup.Task == erc.Classes {
		c.Logits = make([][]float64, n)
		for u, line := range rowsOf(outputs[0], row*padded, n) {
			c.Logits[u] = widen(line)
		}
		outputs = outputs[1:]
	} else {
		c.Location = widen(tensors.MustCopyFlatData[float32](outputs[0])[row*padded:][:n])
		c.Scale = widen(tensors.MustCopyFlatData[float32](outputs[1])[row*padded:][:n])
		for u := range c.Scale {
			c.Scale[u] *= p.Stretch
		}
		outputs = outputs[2:]
	}
	if recovered {
		size := outputs[3].Shape().Dimensions[1]
		for _, m := range erc.Modalities {
			c.Sampled[m] = rowsOf(outputs[m], row*padded, n)
			c.Encoded[m] = rowsOf(outputs[3], (int(m)*size+row)*padded, n)
			for anchors := outputs[4:]; len(anchors) > 0; anchors = anchors[erc.NumModalities:] {
				c.anchors[m] = append(c.anchors[m], rowsOf(anchors[m], row*padded, n))
			}
			c.Recovered[m] = p.Recovery.Gain[m].apply(c.Sampled[m], c.anchors[m])
		}
	}
	return c
}

// rowsOf copies n rows of the last axis, from a row number on.
func rowsOf(t *tensors.Tensor, from, n int) [][]float32 {
	dims := t.Shape().Dimensions
	width := dims[len(dims)-1]
	out := make([][]float32, n)
	// A model without recovery has no such tensor to copy from; the caller asks
	// only for what the graph returned.
	_ = t.ConstFlatData(func(flat any) {
		values := flat.([]float32)
		for u := range out {
			out[u] = slices.Clone(values[(from+u)*width:][:width])
		}
	})
	return out
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = float64(x[i])
	}
	return out
}
