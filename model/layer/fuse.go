package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// Fuse is Eq. 19 on the graph of 3N nodes: H ← ReLU(Ã H W), layers times, with
// the modalities' graphs a [M,B,N,N] on the diagonal of Ã and links of weight 1
// between the modalities of one utterance off it. It returns all the layers'
// states side by side, [B,N,(layers+1)·M·d]; without the early ones deep graph
// convolutions over-smooth.
func Fuse(p *model.Params, a, h, valid *graph.Node, layers int) *graph.Node {
	dims := h.Shape().Dimensions // [M,B,N,d]
	mask := everyModality(valid)
	// Symmetric normalisation of the block matrix. Rebuilt graphs may hold
	// small negative weights, so the degree sums absolute values.
	degree := graph.AddScalar(graph.ReduceAndKeep(graph.Abs(a), graph.ReduceSum, -1), float64(erc.NumModalities-1))
	scale := graph.Div(mask, graph.Sqrt(degree)) // [M,B,N,1]
	states := []*graph.Node{h}
	for layer := range layers {
		scaled := graph.Mul(h, scale)
		others := graph.Sub(graph.ReduceAndKeep(scaled, graph.ReduceSum, 0), scaled)
		spread := graph.Mul(graph.Add(Propagate(a, scaled), others), scale)
		w := p.In("layer%d", layer).Weight(h.Graph(), "w", dims[3], dims[3])
		mixed := graph.MatMul(graph.Reshape(spread, -1, dims[3]), w)
		h = ReLU(graph.Reshape(mixed, dims...))
		states = append(states, h)
	}
	return Beside(graph.Concatenate(states, -1))
}

// Beside lays the modalities of an utterance side by side, [M,B,N,w] → [B,N,M·w].
func Beside(x *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	return graph.Reshape(graph.TransposeAllAxes(x, 1, 2, 0, 3), dims[1], dims[2], dims[0]*dims[3])
}
