package gsdnet

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
	"gsdnet/model"
)

// side is what is diffused beside the features: the residual r between a
// modality's true graph and its observed one, in units of its training deviation.
// Three things can be that: the spectrum, the adjacency, nothing.
type side interface {
	// graph returns Â_m [M,B,N,N] for a residual.
	graph(r *model.Node) *model.Node
	// target returns the true residual, and weight 1 where it counts in L_rec.
	target() (r, weight *model.Node)
	// score is the network's raw output for r at times t ([B] or [1]).
	score(p *model.Params, r, t *model.Node) *model.Node
	// refine is D_Λ, the residual refinement of a sampled r.
	refine(p *model.Params, r *model.Node) *model.Node
	// noisy returns the side conditioned on its observations noised by α and s.
	noisy(alpha, std, eps *model.Node) side
}

// newSide reads the side's inputs; nil for GraphNone.
func (n *Net) newSide(p *model.Params, in model.Nodes) side {
	g := in[model.InValid].Graph()
	missing := n.someMissing(in)
	switch n.cfg.Graph {
	case GraphSpectral:
		return spectra{
			net: n, missing: missing,
			basis: in[inBasis], rest: in[inRest], valid: in[inEigenValid],
			ref: in[inLambdaRef], observed: in[inLambda], seen: in[inLambda],
			complete:  in[inLambdaTarget],
			deviation: graph.Reshape(p.Constant(g, constDeviation), erc.NumModalities, 1, 1),
		}
	case GraphAdjacency:
		return adjacency{
			missing: missing, valid: in[model.InValid],
			observed: in[inGraph], complete: in[inGraphTarget],
			deviation: graph.Reshape(p.Constant(g, constDeviation), erc.NumModalities, 1, 1, 1),
		}
	}
	return nil
}

// someMissing is [M,B,1]: 1 where a conversation lacks some cell of a modality.
func (n *Net) someMissing(in model.Nodes) *model.Node {
	valid := graph.InsertAxes(in[model.InValid], 0)
	holes := graph.Mul(graph.OneMinus(graph.Squeeze(in[model.InPresent], -1)), valid) // [M,B,N]
	return graph.ReduceAndKeep(holes, graph.ReduceMax, -1)
}

// spectra is the spectral side: Λ_m in a basis fixed by what was observed.
type spectra struct {
	net         *Net
	basis, rest *model.Node // [B,N,K], [B,N,N]
	valid, ref  *model.Node // [B,K]
	observed    *model.Node // [M,B,K] λ_obs, on which the residual stands
	seen        *model.Node // [M,B,K] λ_obs as the network is shown it
	complete    *model.Node // [M,B,K], nil outside training
	deviation   *model.Node // [M,1,1]
	missing     *model.Node // [M,B,1]
}

// graph is Â_m = U diag(λ_obs + dev·r) Uᵀ + Rest.
func (s spectra) graph(r *model.Node) *model.Node {
	dims := r.Shape().Dimensions // [M,B,K]
	basis := s.basis.Shape().Dimensions
	lambda := s.lambda(r)
	u := graph.BroadcastToDims(graph.InsertAxes(s.basis, 0), dims[0], dims[1], basis[1], dims[2])
	scaled := graph.Mul(u, graph.InsertAxes(lambda, 2))
	a := graph.Dot(scaled, u).General([]int{3}, []int{0, 1}, []int{3}, []int{0, 1})
	return graph.Add(a, graph.InsertAxes(s.rest, 0))
}

// lambda is λ̂_m = λ_obs + dev·r, [M,B,K].
func (s spectra) lambda(r *model.Node) *model.Node {
	return graph.Add(s.observed, graph.Mul(r, s.deviation))
}

func (s spectra) target() (r, weight *model.Node) {
	r = graph.Div(graph.Sub(s.complete, s.observed), s.deviation)
	return r, graph.Mul(graph.InsertAxes(s.valid, 0), s.missing)
}

func (s spectra) score(p *model.Params, r, t *model.Node) *model.Node {
	shown := s
	shown.observed = s.seen
	return s.net.scoreLambda(p, r, shown, t)
}

func (s spectra) refine(p *model.Params, r *model.Node) *model.Node {
	return graph.Squeeze(refine(p, graph.InsertAxes(r, -1), spectralRefine), -1)
}

func (s spectra) noisy(alpha, std, eps *model.Node) side {
	noise := graph.Mul(graph.Mul(eps, s.deviation), std)
	s.seen = graph.Add(graph.Mul(s.observed, alpha), noise)
	return s
}

// adjacency is the ablation that the paper argues against: noise on the matrix
// itself, symmetric, within the conversation.
type adjacency struct {
	observed, complete *model.Node // [M,B,N,N]
	deviation          *model.Node // [M,1,1,1]
	missing            *model.Node // [M,B,1]
	valid              *model.Node // [B,N]
}

func (a adjacency) graph(r *model.Node) *model.Node {
	return graph.Mul(graph.Add(a.observed, graph.Mul(r, a.deviation)), a.pairs())
}

// pairs is 1 where both ends of an edge are real utterances, [1,B,N,N].
func (a adjacency) pairs() *model.Node {
	return graph.InsertAxes(graph.Mul(graph.InsertAxes(a.valid, 1), graph.InsertAxes(a.valid, 2)), 0)
}

func (a adjacency) target() (r, weight *model.Node) {
	r = graph.Div(graph.Sub(a.complete, a.observed), a.deviation)
	return r, graph.Mul(a.pairs(), graph.InsertAxes(a.missing, -1))
}

// score looks at an edge, the observed edges of all the modalities and the mean
// of its row, with a small network shared by the edges.
func (a adjacency) score(p *model.Params, r, t *model.Node) *model.Node {
	dims := r.Shape().Dimensions
	column := func(x *model.Node) *model.Node {
		return graph.BroadcastToDims(graph.InsertAxes(x, -1), dims[0], dims[1], dims[2], dims[3], 1)
	}
	pairs := a.pairs()
	count := graph.MaxScalar(graph.ReduceAndKeep(pairs, graph.ReduceSum, -1), 1.0)
	row := graph.Div(graph.ReduceAndKeep(graph.Mul(r, pairs), graph.ReduceSum, -1), count)
	both := graph.Add(row, graph.TransposeAllAxes(row, 0, 1, 3, 2))
	inputs := []*model.Node{column(r), column(both)}
	for _, m := range erc.Modalities {
		inputs = append(inputs, column(graph.InsertAxes(model.Pick(a.observed, m), 0)))
	}
	scale, shift := film(p, model.TimeEmbedding(p.In("time"), t, timeWidth), edgeWidth)
	h := model.DensePerModality(p.In("in"), graph.Concatenate(inputs, -1), edgeWidth)
	h = graph.Add(graph.Mul(h, graph.InsertAxes(scale, 2)), graph.InsertAxes(shift, 2))
	h = model.SiLU(h)
	h = model.SiLU(model.DensePerModality(p.In("mix"), h, edgeWidth))
	return graph.Squeeze(model.DensePerModality(p.In("out"), h, 1), -1)
}

func (a adjacency) refine(p *model.Params, r *model.Node) *model.Node {
	return graph.Squeeze(refine(p, graph.InsertAxes(r, -1), edgeWidth), -1)
}

// noisy keeps the observed graphs: their noise would be the ablation's own.
func (a adjacency) noisy(_, _, _ *model.Node) side { return a }

const (
	edgeWidth      = 16 // width of the edges' score network
	spectralRefine = 16 // hidden width of D_Λ
)

// refine is the residual refinement D_X or D_Λ: x + W₂ SiLU(W₁x + b₁) + b₂.
func refine(p *model.Params, x *model.Node, hidden int) *model.Node {
	dims := x.Shape().Dimensions
	inner := model.SiLU(model.DensePerModality(p.In("in"), x, hidden))
	return graph.Add(x, model.DensePerModality(p.In("out"), inner, dims[len(dims)-1]))
}
