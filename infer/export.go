package infer

import (
	"context"
	"io"
	"maps"
	"slices"

	"gsdnet/engine"
	"gsdnet/engine/onnx"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
	"gsdnet/model"
)

// ExportONNX writes the inference graph of the run in a directory as a model of ONNX, for
// one conversation padded to a length. What the graph is fed is prepared on the host:
// docs/artefacts.md lists it. It returns an example: what the host feeds for the first
// conversation of the corpus, by the names of the inputs, and what the graph then gives, by
// "expected_" and the names of the outputs. Of a nil corpus the conversation is made up, and
// has length utterances; else length is 0 for the bucket of the conversation. Its errors are
// those of Open and Samples, a conversation longer than the length or MaxLength, a model
// with an operation that has no form in ONNX, and that of w.
func ExportONNX(ctx context.Context, dir string, w io.Writer, corpus *erc.Corpus, length int) (*npz.File, error) {
	backend, err := engine.Open("")
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	recorder := onnx.Record(backend)
	t, err := Open(dir, recorder)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if corpus == nil {
		corpus = madeUp(t.Setup, length)
	}
	samples, err := t.Samples(corpus, corpus.Conversations[:1])
	if err != nil {
		return nil, err
	}
	conv := observeAll(samples)[0]
	if length == 0 {
		length = Bucket(conv.Len())
	}
	if conv.Len() > min(length, MaxLength) {
		return nil, fault.Input("choose a larger --length, or a file whose first conversation is shorter", "%s: its first conversation has %d utterances, more than %d", corpus.Name, conv.Len(), min(length, MaxLength))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	feed, results, err := t.once(conv, length, t.Config.Train.Seed)
	if err != nil {
		return nil, err
	}
	defer feed.Free()
	inputs, outputs := slices.Sorted(maps.Keys(feed)), slices.Sorted(maps.Keys(results))
	if err := recorder.Write(w, inputs, outputs, map[string]string{"gsdnet.config": t.Meta.Config, "gsdnet.data_sha256": t.DataHash}); err != nil {
		return nil, fault.Failure("export another model, or run this one with gsdnet", "%s: model %s: %w", dir, t.Config.Model, err)
	}
	return example(feed, results)
}

// once runs the graph for one conversation and its first draw.
func (p *Predictor) once(conv Observed, length int, seed uint64) (engine.Feed, engine.Results, error) {
	b := &model.Batch{N: length, Dims: p.setup.Inhabited().Dims, Conversations: []model.Conversation{conv.Conversation}, Samples: []uint64{0}}
	feed := b.Observe()
	if err := p.model.Prepare(feed, b, nil); err != nil {
		return nil, nil, err
	}
	p.model.Draw(feed, b, model.Pass{Seed: seed})
	results, err := p.forecastGraphs.Call(feed)
	return feed, results, err
}

// madeUp returns a corpus of one conversation with two speakers whose features are zero.
func madeUp(setup model.Setup, n int) *erc.Corpus {
	c := &erc.Corpus{Name: "made up", Task: erc.NoLabels, Dims: setup.Dims, Conversations: []erc.Conversation{{Name: "made up", Split: erc.Test}}}
	for i := range n {
		u := erc.Utterance{Row: i, Turn: i, Speaker: erc.Speaker(i % 2), Class: erc.Unlabelled}
		for _, m := range erc.Modalities {
			if setup.Dims[m] > 0 {
				u.Present = u.Present.With(m)
				u.Features[m] = make([]float32, setup.Dims[m])
			}
		}
		c.Conversations[0].Utterances = append(c.Conversations[0].Utterances, u)
	}
	return c
}

// example returns what was fed and what came of it as arrays.
func example(feed engine.Feed, results engine.Results) (*npz.File, error) {
	file := &npz.File{}
	for _, name := range slices.Sorted(maps.Keys(feed)) {
		t := feed[name]
		dims := t.Shape().Dimensions
		var array *npz.Array
		err := t.ConstFlatData(func(flat any) {
			switch values := flat.(type) {
			case []float32:
				array = npz.From(slices.Clone(values), dims...)
			case []int32:
				array = npz.From(slices.Clone(values), dims...)
			case []int64:
				array = npz.From(slices.Clone(values), dims...)
			case []bool:
				bytes := make([]uint8, len(values))
				for i, x := range values {
					if x {
						bytes[i] = 1
					}
				}
				array = npz.From(bytes, dims...)
			}
		})
		if err != nil || array == nil {
			return nil, fault.Failure("this is a fault of the program", "input %s: it cannot be written", name)
		}
		file.Set(name, array)
	}
	for name, result := range results {
		file.Set("expected_"+name, npz.From(result.Values, result.Shape...))
	}
	return file, nil
}
