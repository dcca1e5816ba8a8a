package layer

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/model"
)

// Space is a diffusion.Space of graph nodes: with it, the samplers of package diffusion
// build graphs.
type Space struct{}

// Combine returns a·x + b·y.
func (Space) Combine(a float64, x *graph.Node, b float64, y *graph.Node) *graph.Node {
	return graph.Add(graph.MulScalar(x, a), graph.MulScalar(y, b))
}

// timeWaves is the number of frequencies of TimeEmbedding.
const timeWaves = 16

// TimeEmbedding maps times [T] in [0,1] to [T,width]: sines and cosines at frequencies from
// 1/4 to 64, then a dense layer with SiLU.
func TimeEmbedding(p *model.Params, t *graph.Node, width int) *graph.Node {
	waves := make([]float32, timeWaves)
	for i := range waves {
		waves[i] = float32(2 * math.Pi * 0.25 * math.Pow(256, float64(i)/(timeWaves-1)))
	}
	angle := graph.Mul(graph.Reshape(t, -1, 1), graph.Const(t.Graph(), [][]float32{waves}))
	features := graph.Concatenate([]*graph.Node{graph.Sin(angle), graph.Cos(angle)}, -1)
	return SiLU(Dense(p, features, width))
}
