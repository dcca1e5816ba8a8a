package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Decode maps encoded features back to standardised raw ones, [M,B,N,d] →
// [B,N,D_m] each. It learns beside the model, not with it: no gradient reaches
// its input.
func Decode(p *model.Params, encoded *graph.Node, dims [erc.NumModalities]int) [erc.NumModalities]*graph.Node {
	encoded = graph.StopGradient(encoded)
	var raw [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		raw[m] = Dense(p.In("%s", m), Pick(encoded, m), dims[m])
	}
	return raw
}

// DecodeLoss teaches the decoder of p.In("decode") from encoded features, the
// truth's and the completed ones: the squared error per channel of the raw
// features that the corpus has, averaged over all of them.
func DecodeLoss(p *model.Params, in engine.Nodes, dims [erc.NumModalities]int, encoded ...*graph.Node) *graph.Node {
	sum := graph.ScalarZero(in.Get(model.InValid).Graph(), in.Get(model.InValid).DType())
	for _, x := range encoded {
		raw := Decode(p.In("decode"), x, dims)
		sum = graph.Add(sum, RawError(in, raw, in.Get(model.InHas)))
	}
	return graph.DivScalar(sum, float64(len(encoded)))
}

// RawError is the squared error of raw features [B,N,D_m] where mask [M,B,N,1]
// says, the mean per channel averaged over the modalities.
func RawError(in engine.Nodes, raw [erc.NumModalities]*graph.Node, mask *graph.Node) *graph.Node {
	sum := graph.ScalarZero(mask.Graph(), mask.DType())
	for _, m := range erc.Modalities {
		miss := graph.Square(graph.Sub(raw[m], in.Get(model.InComplete+m.String())))
		sum = graph.Add(sum, MaskedMean(miss, Pick(mask, m)))
	}
	return graph.DivScalar(sum, float64(erc.NumModalities))
}

// FillDecoded returns the raw features with the holes decoded from encoded ones.
func FillDecoded(p *model.Params, in engine.Nodes, dims [erc.NumModalities]int, encoded *graph.Node) [erc.NumModalities]*graph.Node {
	raw := Decode(p.In("decode"), encoded, dims)
	for _, m := range erc.Modalities {
		raw[m] = Fill(in, m, raw[m])
	}
	return raw
}
