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

// Ridge completes raw features by ridge regression, one linear map per pattern of
// availability, fitted in closed form before training and kept as constants.
type Regression struct {
	Dims   [erc.NumModalities]int
	Lambda float64 // in units of the number of rows
	// Around starts out from what the rest of the conversation shows of the
	// modality, Σ x / (n+1) over the n other utterances that have it, and regresses
	// what that leaves, on it too.
	Around bool
	// Rank, when not 0, is that of the maps: the fitted values keep their Rank
	// principal directions (reduced-rank regression, Izenman 1975).
	Rank int
	// Folds, when not 0, cross-fits: in training a conversation is completed by
	// maps that were fitted without it and the rest of its fold, as a new one will
	// be. It needs a Rank.
	Folds int
}

// inFold [B,F] is 1 at the fold of a training conversation.
const inFold = "fold"

// Feed adds the folds of training conversations.
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

func (r Regression) fold(c *model.Conversation) int { return int(c.Key % uint64(r.Folds)) }

// partial lists the patterns from which something is to be regressed.
func partial() []erc.Present {
	var out []erc.Present
	for p := erc.None + 1; p < erc.All; p++ {
		out = append(out, p)
	}
	return out
}

// mapName names the constant of a pattern's map to a modality.
func mapName(from erc.Present, to erc.Modality) string {
	name := "regress_"
	for _, m := range erc.Modalities {
		if from.Has(m) {
			name += m.Letter()
		}
	}
	return name + "_" + to.String()
}

// Complete fills the holes of the observed features, [B,N,D_m] each: for every
// pattern it adds its map's values where an utterance has exactly that pattern.
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
		here := graph.InsertAxes(in.Get(model.InValid), -1) // [B,N,1]
		var sources []*graph.Node
		for _, m := range erc.Modalities {
			present := layer.Pick(in.Get(model.InPresent), m)
			if pattern.Has(m) {
				sources = append(sources, in.Get(m.String()))
			} else {
				present = graph.OneMinus(present)
			}
			here = graph.Mul(here, present)
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
			x[m] = graph.Add(x[m], graph.Mul(values, here))
		}
	}
	return x
}

// outName names the second factor of a map of low rank, foldName all the folds'
// maps side by side.
func outName(name string) string  { return name + "_out" }
func foldName(name string) string { return model.TrainingConstant + name }

// apply maps sources [B,N,S] to [B,N,D_m], in training each conversation by the
// map of its fold.
func (r Regression) apply(p *model.Params, in engine.Nodes, source *graph.Node, name string) *graph.Node {
	g, dims := source.Graph(), source.Shape().Dimensions
	fold := in.Optional(inFold)
	if fold != nil {
		name = foldName(name)
	}
	y := graph.MatMul(graph.Reshape(source, dims[0]*dims[1], dims[2]), p.Constant(g, name))
	if fold != nil { // [B·N, F·rank], of which a conversation's own fold is kept
		y = graph.Mul(graph.Reshape(y, dims[0], dims[1], r.Folds, -1), graph.Reshape(fold, dims[0], 1, r.Folds, 1))
		y = graph.Reshape(y, dims[0]*dims[1], -1)
	}
	if r.Rank > 0 {
		y = graph.MatMul(y, p.Constant(g, outName(name)))
	}
	return graph.Reshape(y, dims[0], dims[1], -1)
}

// aroundOf is what the other utterances show of a modality, [B,N,D_m].
func aroundOf(in engine.Nodes, m erc.Modality) *graph.Node {
	x, present := in.Get(m.String()), layer.Pick(in.Get(model.InPresent), m)
	others := graph.Sub(graph.ReduceAndKeep(x, graph.ReduceSum, 1), x)
	count := graph.Sub(graph.ReduceAndKeep(present, graph.ReduceSum, 1), present)
	return graph.Div(others, graph.OnePlus(count))
}
