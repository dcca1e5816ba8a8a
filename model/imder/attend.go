package imder

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// attend is one layer of cross-modal attention with one head (Tsai et al., MulT, ACL
// 2019), within each utterance: every modality attends to the other two and passes the
// result through an MLP, [M,B,N,d] → [M,B,N,d]. The weights of what is added to h start at
// zero, because on a few dozen conversations random additions act as noise that the
// model learns.
func attend(p *model.Params, h *graph.Node) *graph.Node {
	width := h.Shape().Dimensions[3]
	x := layer.Norm(h)
	query, key, value := layer.DensePerModality(p.In("query"), x, width), layer.DensePerModality(p.In("key"), x, width), layer.DensePerModality(p.In("value"), x, width)
	var attended []*graph.Node
	for _, m := range erc.Modalities {
		var scores, values []*graph.Node
		for _, from := range erc.Modalities {
			if from != m {
				scores = append(scores, graph.ReduceAndKeep(graph.Mul(layer.Pick(query, m), layer.Pick(key, from)), graph.ReduceSum, -1)) // [B,N,1]
				values = append(values, layer.Pick(value, from))
			}
		}
		weights := graph.Softmax(graph.DivScalar(graph.Concatenate(scores, -1), math.Sqrt(float64(width))), -1) // [B,N,2]
		first := graph.Slice(weights, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, 1))
		attended = append(attended, graph.Add(graph.Mul(first, values[0]), graph.Mul(graph.OneMinus(first), values[1])))
	}
	h = graph.Add(h, layer.ZeroPerModality(p.In("heard"), graph.Stack(attended, 0), width))
	inner := layer.ReLU(layer.DensePerModality(p.In("in"), layer.Norm(h), width))
	return graph.Add(h, layer.ZeroPerModality(p.In("out"), inner, width))
}
