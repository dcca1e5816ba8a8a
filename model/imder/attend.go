package imder

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// attend is cross-modal attention (Tsai et al., MulT, ACL 2019) in one layer of one
// head, within an utterance: each modality asks the other two, takes in what they
// answer, and passes it through an MLP, [M,B,N,d] → [M,B,N,d]. What is added to h
// starts out at zero: on a few dozen conversations, random additions are a noise
// that is learnt along.
func attend(p *model.Params, h *graph.Node) *graph.Node {
	width := h.Shape().Dimensions[3]
	x := layer.LayerNorm(h)
	query, key, value := layer.DensePerModality(p.In("query"), x, width), layer.DensePerModality(p.In("key"), x, width), layer.DensePerModality(p.In("value"), x, width)
	var heard []*graph.Node
	for _, m := range erc.Modalities {
		var asked, answers []*graph.Node
		for _, from := range erc.Modalities {
			if from != m {
				asked = append(asked, graph.ReduceAndKeep(graph.Mul(layer.Pick(query, m), layer.Pick(key, from)), graph.ReduceSum, -1)) // [B,N,1]
				answers = append(answers, layer.Pick(value, from))
			}
		}
		weights := graph.Softmax(graph.DivScalar(graph.Concatenate(asked, -1), math.Sqrt(float64(width))), -1) // [B,N,2]
		first := graph.Slice(weights, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, 1))
		heard = append(heard, graph.Add(graph.Mul(first, answers[0]), graph.Mul(graph.OneMinus(first), answers[1])))
	}
	h = graph.Add(h, layer.ZeroPerModality(p.In("heard"), graph.Stack(heard, 0), width))
	inner := layer.ReLU(layer.DensePerModality(p.In("in"), layer.LayerNorm(h), width))
	return graph.Add(h, layer.ZeroPerModality(p.In("out"), inner, width))
}
