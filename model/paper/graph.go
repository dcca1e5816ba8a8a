package paper

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// side is what is diffused beside the features: the residual r between a
// modality's true graph and its observed one, in units of its training deviation.
// Three things can be that: the spectrum, the adjacency, nothing.
type side interface {
	// graph returns Â_m [M,B,N,N] for a residual.
	graph(r *graph.Node) *graph.Node
	// target returns the true residual, and weight 1 where it counts in L_rec.
	target() (r, weight *graph.Node)
	// score is the network's raw output for r at times t ([B] or [1]).
	score(p *model.Params, r, t *graph.Node) *graph.Node
	// refine is D_Λ, the residual refinement of a sampled r.
	refine(p *model.Params, r *graph.Node) *graph.Node
	// noisy returns the side conditioned on its observations noised by α and s.
	noisy(alpha, std, eps *graph.Node) side
}

// newSide reads the side's inputs; nil for GraphNone.
func (n *Net) newSide(p *model.Params, in engine.Nodes) side {
	g := in.Get(model.InValid).Graph()
	missing := n.someMissing(in)
	switch n.cfg.Graph {
	case GraphSpectral:
		return spectra{
			net: n, missing: missing,
			basis: in.Get(inBasis), rest: in.Get(inRest), valid: in.Get(inEigenValid),
			ref: in.Get(inLambdaRef), observed: in.Get(inLambda), seen: in.Get(inLambda),
			complete:  in.Optional(inLambdaTarget),
			deviation: graph.Reshape(p.Constant(g, constDeviation), erc.NumModalities, 1, 1),
		}
	case GraphAdjacency:
		return adjacency{
			missing: missing, valid: in.Get(model.InValid),
			observed: in.Get(inGraph), complete: in.Optional(inGraphTarget),
			deviation: graph.Reshape(p.Constant(g, constDeviation), erc.NumModalities, 1, 1, 1),
		}
	}
	return nil
}

// someMissing is [M,B,1]: 1 where a conversation lacks some cell of a modality.
func (n *Net) someMissing(in engine.Nodes) *graph.Node {
	valid := graph.InsertAxes(in.Get(model.InValid), 0)
	holes := graph.Mul(graph.OneMinus(graph.Squeeze(in.Get(model.InPresent), -1)), valid) // [M,B,N]
	return graph.ReduceAndKeep(holes, graph.ReduceMax, -1)
}

// spectra is the spectral side: Λ_m in a basis fixed by what was observed.
type spectra struct {
	net         *Net
	basis, rest *graph.Node // [B,N,K], [B,N,N]
	valid, ref  *graph.Node // [B,K]
	observed    *graph.Node // [M,B,K] λ_obs, on which the residual stands
	seen        *graph.Node // [M,B,K] λ_obs as the network is shown it
	complete    *graph.Node // [M,B,K], nil outside training
	deviation   *graph.Node // [M,1,1]
	missing     *graph.Node // [M,B,1]
}

// graph is Â_m = U diag(λ_obs + dev·r) Uᵀ + Rest.
func (s spectra) graph(r *graph.Node) *graph.Node {
	dims := r.Shape().Dimensions // [M,B,K]
	basis := s.basis.Shape().Dimensions
	lambda := s.lambda(r)
	u := graph.BroadcastToDims(graph.InsertAxes(s.basis, 0), dims[0], dims[1], basis[1], dims[2])
	scaled := graph.Mul(u, graph.InsertAxes(lambda, 2))
	a := graph.Dot(scaled, u).General([]int{3}, []int{0, 1}, []int{3}, []int{0, 1})
	return graph.Add(a, graph.InsertAxes(s.rest, 0))
}

// lambda is λ̂_m = λ_obs + dev·r, [M,B,K].
func (s spectra) lambda(r *graph.Node) *graph.Node {
	return graph.Add(s.observed, graph.Mul(r, s.deviation))
}

func (s spectra) target() (r, weight *graph.Node) {
	r = graph.Div(graph.Sub(s.complete, s.observed), s.deviation)
	return r, graph.Mul(graph.InsertAxes(s.valid, 0), s.missing)
}

func (s spectra) score(p *model.Params, r, t *graph.Node) *graph.Node {
	shown := s
	shown.observed = s.seen
	return s.net.scoreLambda(p, r, shown, t)
}

func (s spectra) refine(p *model.Params, r *graph.Node) *graph.Node {
	return graph.Squeeze(refine(p, graph.InsertAxes(r, -1), spectralRefine), -1)
}

func (s spectra) noisy(alpha, std, eps *graph.Node) side {
	noise := graph.Mul(graph.Mul(eps, s.deviation), std)
	s.seen = graph.Add(graph.Mul(s.observed, alpha), noise)
	return s
}

// adjacency is the ablation that the paper argues against: noise on the matrix
// itself, symmetric, within the conversation.
type adjacency struct {
	observed, complete *graph.Node // [M,B,N,N]
	deviation          *graph.Node // [M,1,1,1]
	missing            *graph.Node // [M,B,1]
	valid              *graph.Node // [B,N]
}

func (a adjacency) graph(r *graph.Node) *graph.Node {
	return graph.Mul(graph.Add(a.observed, graph.Mul(r, a.deviation)), a.pairs())
}

// pairs is 1 where both ends of an edge are real utterances, [1,B,N,N].
func (a adjacency) pairs() *graph.Node {
	return graph.InsertAxes(graph.Mul(graph.InsertAxes(a.valid, 1), graph.InsertAxes(a.valid, 2)), 0)
}

func (a adjacency) target() (r, weight *graph.Node) {
	r = graph.Div(graph.Sub(a.complete, a.observed), a.deviation)
	return r, graph.Mul(a.pairs(), graph.InsertAxes(a.missing, -1))
}

// score looks at an edge, the observed edges of all the modalities and the mean
// of its row, with a small network shared by the edges.
func (a adjacency) score(p *model.Params, r, t *graph.Node) *graph.Node {
	dims := r.Shape().Dimensions
	column := func(x *graph.Node) *graph.Node {
		return graph.BroadcastToDims(graph.InsertAxes(x, -1), dims[0], dims[1], dims[2], dims[3], 1)
	}
	pairs := a.pairs()
	count := graph.MaxScalar(graph.ReduceAndKeep(pairs, graph.ReduceSum, -1), 1.0)
	row := graph.Div(graph.ReduceAndKeep(graph.Mul(r, pairs), graph.ReduceSum, -1), count)
	both := graph.Add(row, graph.TransposeAllAxes(row, 0, 1, 3, 2))
	inputs := []*graph.Node{column(r), column(both)}
	for _, m := range erc.Modalities {
		inputs = append(inputs, column(graph.InsertAxes(layer.Pick(a.observed, m), 0)))
	}
	scale, shift := film(p, layer.TimeEmbedding(p.In("time"), t, timeWidth), edgeWidth)
	h := layer.DensePerModality(p.In("in"), graph.Concatenate(inputs, -1), edgeWidth)
	h = graph.Add(graph.Mul(h, graph.InsertAxes(scale, 2)), graph.InsertAxes(shift, 2))
	h = layer.SiLU(h)
	h = layer.SiLU(layer.DensePerModality(p.In("mix"), h, edgeWidth))
	return graph.Squeeze(layer.DensePerModality(p.In("out"), h, 1), -1)
}

func (a adjacency) refine(p *model.Params, r *graph.Node) *graph.Node {
	return graph.Squeeze(refine(p, graph.InsertAxes(r, -1), edgeWidth), -1)
}

// noisy keeps the observed graphs: their noise would be the ablation's own.
func (a adjacency) noisy(_, _, _ *graph.Node) side { return a }

const (
	edgeWidth      = 16 // width of the edges' score network
	spectralRefine = 16 // hidden width of D_Λ
)

// refine is the residual refinement D_X or D_Λ: x + W₂ SiLU(W₁x + b₁) + b₂.
func refine(p *model.Params, x *graph.Node, hidden int) *graph.Node {
	dims := x.Shape().Dimensions
	inner := layer.SiLU(layer.DensePerModality(p.In("in"), x, hidden))
	return graph.Add(x, layer.DensePerModality(p.In("out"), inner, dims[len(dims)-1]))
}
