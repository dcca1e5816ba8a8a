// Package ridge completes raw features by ridge regression: the baseline "regression". For
// every set of modalities that an utterance can have, and every modality that it then lacks,
// there is one linear map. The maps are fitted in closed form before training and stored as
// constants.
//
//	r := ridge.Regression{Dims: setup.Dims, Lambda: 0.3}
//	err := r.Fit(ctx, params, truth)   // once, before training
//	completed := r.Complete(params, in) // in the graph
//
// Start reading at Regression, then Complete (the graph) and Fit (the solution).
package ridge

import (
	"github.com/gomlx/gomlx/core/graph"

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
}

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
			if !pattern.Has(m) {
				values := apply(p, graph.Concatenate(sources, -1), mapName(pattern, m))
				x[m] = graph.Add(x[m], graph.Mul(values, applies))
			}
		}
	}
	return x
}

// apply maps sources [B,N,S] to [B,N,D_m].
func apply(p *model.Params, source *graph.Node, name string) *graph.Node {
	dims := source.Shape().Dimensions
	y := graph.MatMul(graph.Reshape(source, dims[0]*dims[1], dims[2]), p.Constant(source.Graph(), name))
	return graph.Reshape(y, dims[0], dims[1], -1)
}
