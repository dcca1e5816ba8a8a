package prior

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// inVariance names the input of conditional variances of the components, [M,B,N,d], 0 where
// a modality is observed. Draw adds it where features are asked for.
const inVariance = "prior_variance"

// unknown is the variance of a standardised feature that the prior does not describe,
// because training lacked its modality.
const unknown = 1

// Variance returns the conditional variance of the residual components, [n][q], with Tails
// times what is told of the size of the row: 0 where the modality is observed. It is computed once. It is nil of a modality that training lacked.
func (p *Posterior) Variance(m erc.Modality) [][]float64 {
	if p.residual[m] == nil {
		return nil
	}
	p.once[m].Do(func() {
		p.variance[m] = p.residual[m].Variance()
		for u, factor := range p.factors(m) {
			for j := range p.variance[m][u] {
				p.variance[m][u][j] *= factor
			}
		}
	})
	return p.variance[m]
}

// HasVariance reports whether the feed has the conditional variances.
func HasVariance(in engine.Nodes) bool { return in.Optional(inVariance) != nil }

// Variance returns the variance of the standardised features [B,N,D_m] given what is
// observed, 0 where they are observed. Components are independent, so that the variance of
// channel j is Σ_c W[c,j]²·v_c + rest_j². Here v_c is the conditional variance of component
// c, W maps components to features, and rest_j is the deviation of what the axes leave out
// of the channel.
func (g *Gaussian) Variance(p *model.Params, in engine.Nodes) [erc.NumModalities]*graph.Node {
	var out [erc.NumModalities]*graph.Node
	given := in.Get(inVariance)
	place := p.In("prior").Constant(given.Graph(), constPlace)
	missing := layer.Missing(in)
	for _, m := range erc.Modalities {
		hidden := layer.Pick(missing, m) // [B,N,1]
		if g.parts[m] == nil {
			out[m] = graph.MulScalar(graph.Add(graph.ZerosLike(in.Get(m.String())), hidden), unknown)
			continue
		}
		q := g.parts[m].width()
		axes, rest := scope(p, m).Constant(given.Graph(), constAxes), scope(p, m).Constant(given.Graph(), constRest)
		placed := graph.Slice(layer.Pick(place, m), graph.AxisRange(0, q), graph.AxisRange(0, q))
		squares := graph.Square(graph.Dot(placed, axes).General([]int{1}, nil, []int{1}, nil)) // [q,D]
		v := graph.Slice(layer.Pick(given, m), graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, q))
		dims := v.Shape().Dimensions
		x := graph.Dot(graph.Reshape(v, -1, q), squares).General([]int{1}, nil, []int{0}, nil)
		x = graph.Reshape(graph.Add(x, graph.Square(rest)), dims[0], dims[1], -1)
		out[m] = graph.Mul(x, hidden)
	}
	return out
}
