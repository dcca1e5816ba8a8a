package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Pick returns one element of the first axis, normally a modality: [M, ...] → [...].
func Pick[I ~int](x *graph.Node, i I) *graph.Node {
	spec := make([]graph.SliceAxisSpec, x.Rank())
	for i := range spec {
		spec[i] = graph.AxisRange()
	}
	spec[0] = graph.AxisElem(int(i))
	return graph.Squeeze(graph.Slice(x, spec...), 0)
}

// FillMean fills the holes with the conversation's mean of what is present of the
// modality; 0, the training mean, where nothing is. [B,N,D_m] each.
func FillMean(in engine.Nodes) [erc.NumModalities]*graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		count := graph.MaxScalar(graph.ReduceAndKeep(Pick(in.Get(model.InPresent), m), graph.ReduceSum, 1), 1.0)
		x[m] = Fill(in, m, graph.Div(graph.ReduceAndKeep(in.Get(m.String()), graph.ReduceSum, 1), count))
	}
	return x
}

// Fill puts values into the missing cells of modality m, [B,N,D_m].
func Fill(in engine.Nodes, m erc.Modality, values *graph.Node) *graph.Node {
	x := in.Get(m.String())
	missing := graph.OneMinus(Pick(in.Get(model.InPresent), m))
	missing = graph.Mul(missing, graph.InsertAxes(in.Get(model.InValid), -1))
	return graph.Add(x, graph.Mul(values, missing))
}

// Valid4 is the validity of utterances, [1,B,N,1].
func Valid4(in engine.Nodes) *graph.Node { return everyModality(in.Get(model.InValid)) }

// Missing is [M,B,N,1]: 1 for a cell of a real utterance that was not observed.
func Missing(in engine.Nodes) *graph.Node {
	return graph.Mul(graph.OneMinus(in.Get(model.InPresent)), Valid4(in))
}

// Withheld is [M,B,N,1]: 1 for a cell that the corpus has and the model does not
// see. Training only.
func Withheld(in engine.Nodes) *graph.Node { return graph.Mul(in.Get(model.InHas), Missing(in)) }

// everyModality shapes what is said of utterances, [B,N] → [1,B,N,1].
func everyModality(valid *graph.Node) *graph.Node {
	dims := valid.Shape().Dimensions
	return graph.Reshape(valid, 1, dims[0], dims[1], 1)
}
