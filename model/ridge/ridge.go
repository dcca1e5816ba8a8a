// Package ridge completes raw features by ridge regression. For every set of modalities
// that an utterance can have, and every modality that it then lacks, there is one linear
// map. The maps are fitted in closed form before training and stored as constants.
//
// The GSDNet paper has no such regression. In this project it is the baseline
// "regression", and the point from which GSDNet's diffusion of features starts if
// mean = "regression". Reduced rank and cross-fitting make it fit for that use:
//
//	r := ridge.Regression{Dims: setup.Dims, Lambda: 0.3, Rank: 32, Folds: 5}
//	err := r.Fit(ctx, params, seen, truth) // once, before training
//	completed := r.Complete(params, in)    // in the graph
//
// Start reading at Regression, then Complete (the graph) and Fit (the solution).
package ridge

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Regression holds the settings of the regressions. Their parameters are constants of a
// model.Params.
type Regression struct {
	Dims   [erc.NumModalities]int // widths D_m of the raw features
	Lambda float64                // penalty, per utterance that a map is fitted on; above 0
	// Around adds the rest of the conversation. Its summary of the modality is
	// Σ x / (n+1) over the n other utterances that have it. The regression predicts the
	// difference from this summary, and the summary is one of its sources.
	Around bool
	// Rank, if it is not 0, is the rank of the maps: the fitted values keep their Rank
	// principal directions (reduced-rank regression, Izenman 1975).
	Rank int
	// Folds, if it is not 0, is the number of folds of cross-fitting: in training, a
	// conversation is completed by maps that were fitted without its fold, because a
	// new conversation was not fitted on either. It needs a Rank.
	Folds int
}

// inFold names the input [B,F] that is 1 at the fold of a training conversation.
const inFold = "fold"

// Feed adds the input of Complete in training: the folds of the conversations.
func (r Regression) Feed(feed engine.Feed, b *model.Batch, pass model.Pass) {
	if r.Folds == 0 || !pass.Train {
		return
	}
	fold := make([]float32, b.Size()*r.Folds)
	for i := range b.Conversations {
		fold[i*r.Folds+r.fold(&b.Conversations[i])] = 1
	}
	feed[inFold] = tensors.FromFlatDataAndDimensions(fold, b.Size(), r.Folds)
}

// fold returns the fold of a conversation, which depends on its Key only.
func (r Regression) fold(c *model.Conversation) int { return int(c.Key % uint64(r.Folds)) }

// partial lists the sets of modalities that are neither empty nor complete.
func partial() []erc.Present {
	var out []erc.Present
	for p := erc.None + 1; p < erc.All; p++ {
		out = append(out, p)
	}
	return out
}

// mapName returns the name of the constant of a map, such as "regress_ta_visual".
func mapName(from erc.Present, to erc.Modality) string {
	name := "regress_"
	for _, m := range erc.Modalities {
		if from.Has(m) {
			name += m.Letter()
		}
	}
	return name + "_" + to.String()
}

// Complete returns the observed features [B,N,D_m], with the missing ones regressed. Each
// map applies to the utterances that have exactly its sources.
func (r Regression) Complete(p *model.Params, in engine.Nodes) [erc.NumModalities]*graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		x[m] = in.Get(m.String())
	}
	var around [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		around[m] = aroundOf(in, m)
	}
	for _, pattern := range partial() {
		applies := graph.InsertAxes(in.Get(model.InValid), -1) // [B,N,1]: 1 where an utterance has this pattern
		var sources []*graph.Node
		for _, m := range erc.Modalities {
			present := layer.Pick(in.Get(model.InPresent), m)
			if pattern.Has(m) {
				sources = append(sources, in.Get(m.String()))
			} else {
				present = graph.OneMinus(present)
			}
			applies = graph.Mul(applies, present)
		}
		for _, m := range erc.Modalities {
			if pattern.Has(m) {
				continue
			}
			source := sources
			if r.Around {
				source = append(slices.Clip(sources), around[m])
			}
			values := r.apply(p, in, graph.Concatenate(source, -1), mapName(pattern, m))
			if r.Around {
				values = graph.Add(values, around[m])
			}
			x[m] = graph.Add(x[m], graph.Mul(values, applies))
		}
	}
	return x
}

// outName returns the name of the second factor of a map of low rank, foldName that of the
// maps of all folds side by side.
func outName(name string) string  { return name + "_out" }
func foldName(name string) string { return model.TrainingConstant + name }

// apply maps sources [B,N,S] to [B,N,D_m]. In training with folds, it applies to each
// conversation the map of its fold.
func (r Regression) apply(p *model.Params, in engine.Nodes, source *graph.Node, name string) *graph.Node {
	g, dims := source.Graph(), source.Shape().Dimensions
	fold := in.Optional(inFold)
	if fold != nil {
		name = foldName(name)
	}
	y := graph.MatMul(graph.Reshape(source, dims[0]*dims[1], dims[2]), p.Constant(g, name))
	if fold != nil { // [B·N, F·rank]: keep the columns of the conversation's fold
		y = graph.Mul(graph.Reshape(y, dims[0], dims[1], r.Folds, -1), graph.Reshape(fold, dims[0], 1, r.Folds, 1))
		y = graph.Reshape(y, dims[0]*dims[1], -1)
	}
	if r.Rank > 0 {
		y = graph.MatMul(y, p.Constant(g, outName(name)))
	}
	return graph.Reshape(y, dims[0], dims[1], -1)
}

// aroundOf returns the summary of the other utterances that Regression.Around describes,
// [B,N,D_m].
func aroundOf(in engine.Nodes, m erc.Modality) *graph.Node {
	x, present := in.Get(m.String()), layer.Pick(in.Get(model.InPresent), m)
	others := graph.Sub(graph.ReduceAndKeep(x, graph.ReduceSum, 1), x)
	count := graph.Sub(graph.ReduceAndKeep(present, graph.ReduceSum, 1), present)
	return graph.Div(others, graph.OnePlus(count))
}
