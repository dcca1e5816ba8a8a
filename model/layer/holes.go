package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Pick returns element i of the first axis, normally a modality, [M, ...] → [...].
func Pick[I ~int](x *graph.Node, i I) *graph.Node {
	spec := make([]graph.SliceAxisSpec, x.Rank())
	for i := range spec {
		spec[i] = graph.AxisRange()
	}
	spec[0] = graph.AxisElem(int(i))
	return graph.Squeeze(graph.Slice(x, spec...), 0)
}

// FillMean returns the raw features [B,N,D_m], with the missing ones replaced by the mean of
// the modality in the conversation. If the conversation lacks the modality they are 0,
// the mean of the training data.
func FillMean(in engine.Nodes) [erc.NumModalities]*graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		count := graph.MaxScalar(graph.ReduceAndKeep(Pick(in.Get(model.InPresent), m), graph.ReduceSum, 1), 1.0)
		x[m] = Fill(in, m, graph.Div(graph.ReduceAndKeep(in.Get(m.String()), graph.ReduceSum, 1), count))
	}
	return x
}

// Fill returns the raw features of modality m, [B,N,D_m], with values where they are
// missing. Padding stays zero.
func Fill(in engine.Nodes, m erc.Modality, values *graph.Node) *graph.Node {
	x := in.Get(m.String())
	missing := graph.OneMinus(Pick(in.Get(model.InPresent), m))
	missing = graph.Mul(missing, graph.InsertAxes(in.Get(model.InValid), -1))
	return graph.Add(x, graph.Mul(values, missing))
}

// Valid4 returns the validity of utterances, [1,B,N,1]: 0 for padding.
func Valid4(in engine.Nodes) *graph.Node { return everyModality(in.Get(model.InValid)) }

// Missing returns [M,B,N,1]: 1 for a modality of a valid utterance that was not observed.
func Missing(in engine.Nodes) *graph.Node {
	return graph.Mul(graph.OneMinus(in.Get(model.InPresent)), Valid4(in))
}

// Withheld returns [M,B,N,1]: 1 for a modality that the corpus has and the model does not
// see. It is for training graphs only.
func Withheld(in engine.Nodes) *graph.Node { return graph.Mul(in.Get(model.InHas), Missing(in)) }

// everyModality reshapes an array of utterances, [B,N] → [1,B,N,1].
func everyModality(valid *graph.Node) *graph.Node {
	dims := valid.Shape().Dimensions
	return graph.Reshape(valid, 1, dims[0], dims[1], 1)
}
