package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// Fuse applies Eq. 19, H ← ReLU(Ã H W), a number of times to the features h [M,B,N,d]. Ã is
// the graph of 3N nodes: the graphs a [M,B,N,N] of the modalities are its diagonal blocks,
// and edges of weight 1 join the modalities of an utterance. Fuse returns h and the states
// after each layer side by side, [B,N,(layers+1)·M·d], because the last state of a deep
// graph convolution is too smooth.
func Fuse(p *model.Params, a, h, valid *graph.Node, layers int) *graph.Node {
	dims := h.Shape().Dimensions // [M,B,N,d]
	mask := everyModality(valid)
	// Symmetric normalisation of the block matrix. The degree sums absolute values, because
	// graphs rebuilt from a spectrum may have small negative weights.
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

// Beside concatenates the modalities of every utterance, [M,B,N,w] → [B,N,M·w].
func Beside(x *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	return graph.Reshape(graph.TransposeAllAxes(x, 1, 2, 0, 3), dims[1], dims[2], dims[0]*dims[3])
}
