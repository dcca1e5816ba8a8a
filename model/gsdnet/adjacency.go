package gsdnet

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/fill"
	"gsdnet/model/layer"
	"gsdnet/spectral"
)

// This file is the ablation GraphAdjacency: beside features in white noise, the adjacency
// matrix itself is diffused with symmetric Gaussian noise, and the network steps along the
// diffused graph. Its state is r = (A − A_observed)/deviation.

// Names of the inputs of the ablation.
const (
	inEdgeTruth = "edge_truth" // [M,B,N,N] A of everything that the corpus has; training
	inEdgeNoise = "edge_noise" // [M,B,N,N] symmetric unit normals
)

// constEdges [M] is the training deviation of A − A_observed.
const constEdges = "edges"

const (
	edgeWidth  = 16   // width of the network of an edge
	leastEdges = 1e-3 // keeps r finite on data in which nothing is missing
)

// fitEdges measures the deviation of the adjacency.
func (n *Net) fitEdges(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	var squares, counts [erc.NumModalities]float64
	for i := range seen {
		if err := ctx.Err(); err != nil {
			return err
		}
		observed := spectral.Graphs(spectral.RowsOf(seen[i].Features, seen[i].Present), n.cfg.Window)
		complete := spectral.Graphs(spectral.RowsOf(truth[i].Features, truth[i].Present), n.cfg.Window)
		for m := range squares {
			for u := range seen[i].Len() {
				for v := range seen[i].Len() {
					d := complete[m].At(u, v) - observed[m].At(u, v)
					squares[m] += d * d
					counts[m]++
				}
			}
		}
	}
	deviation := make([]float32, erc.NumModalities)
	for m := range deviation {
		deviation[m] = float32(max(leastEdges, math.Sqrt(squares[m]/max(counts[m], 1))))
	}
	return p.SetConstant(constEdges, deviation, erc.NumModalities)
}

// feedEdges adds the complete graphs of a training batch.
func (n *Net) feedEdges(feed engine.Feed, b *model.Batch, truth []model.Truth) {
	all := make([][erc.NumModalities]*mat.SymDense, b.Size())
	for i := range all {
		all[i] = spectral.Graphs(spectral.RowsOf(truth[i].Features, truth[i].Present), n.cfg.Window)
	}
	feed[inEdgeTruth] = b.StackGraphs(all)
}

// edgeNoise returns symmetric unit normals [M,B,N,N], 0 on padding.
func edgeNoise(z model.Noise) *tensors.Tensor {
	n, size := z.Batch.N, z.Batch.Size()
	out := make([]float32, erc.NumModalities*size*n*n)
	z.Each(0, func(at, conversation int, lead []uint64) {
		rng := z.Stream(inEdgeNoise, conversation, lead...)
		square := out[at*n*n:]
		for u := range z.Batch.Conversations[conversation].Len() {
			for v := range u + 1 {
				x := float32(rng.NormFloat64())
				square[u*n+v], square[v*n+u] = x, x
			}
		}
	})
	return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, size, n, n)
}

// edges is the diffused adjacency in a graph.
type edges struct {
	p         *model.Params
	observed  *graph.Node // [M,B,N,N]
	deviation *graph.Node // [M,1,1,1]
	pairs     *graph.Node // [1,B,N,N]: 1 where both ends of an edge are real utterances
}

// edges reads the inputs of the ablation; nil for other colours.
func (n *Net) edges(p *model.Params, in engine.Nodes) *edges {
	if n.cfg.Graph != GraphAdjacency {
		return nil
	}
	valid := in.Get(model.InValid)
	return &edges{
		p: p.In(network).In("edges"), observed: fill.ObservedGraph(in),
		deviation: graph.Reshape(p.Constant(valid.Graph(), constEdges), erc.NumModalities, 1, 1, 1),
		pairs:     graph.InsertAxes(graph.Mul(graph.InsertAxes(valid, 1), graph.InsertAxes(valid, 2)), 0),
	}
}

// noisedEdges returns the graphs at a noise level, [M,B,N,N], and the score matching of their
// edges; nil for other colours.
func (n *Net) noisedEdges(p *model.Params, in engine.Nodes, alpha, std *graph.Node) (along, loss *graph.Node) {
	e := n.edges(p, in)
	if e == nil {
		return nil, nil
	}
	r, noise := e.truth(in), in.Get(inEdgeNoise)
	noised := graph.Add(graph.Mul(r, alpha), graph.Mul(noise, std))
	want := graph.Sub(graph.Mul(r, std), graph.Mul(noise, alpha))
	square := graph.Square(graph.Sub(e.score(noised, in.Get(inTime)), want))
	return e.adjacency(noised), layer.MaskedMean(square, e.pairs)
}

// truth is r of the complete graph.
func (e *edges) truth(in engine.Nodes) *graph.Node {
	return graph.Div(graph.Sub(in.Get(inEdgeTruth), e.observed), e.deviation)
}

// adjacency is A for a state r.
func (e *edges) adjacency(r *graph.Node) *graph.Node {
	return graph.Mul(graph.Add(e.observed, graph.Mul(r, e.deviation)), e.pairs)
}

// score is the preconditioned prediction of r [M,B,N,N] at times t: a small network looks
// at an edge, the observed edge and the means of its rows.
func (e *edges) score(r, t *graph.Node) *graph.Node {
	column := func(x *graph.Node) *graph.Node { return graph.InsertAxes(x, -1) }
	count := graph.MaxScalar(graph.ReduceAndKeep(e.pairs, graph.ReduceSum, -1), 1.0)
	row := graph.Div(graph.ReduceAndKeep(graph.Mul(r, e.pairs), graph.ReduceSum, -1), count)
	both := graph.BroadcastToShape(graph.Add(row, graph.TransposeAllAxes(row, 0, 1, 3, 2)), r.Shape())
	scale, shift := film(e.p, layer.TimeEmbedding(e.p.In("time"), t, timeWidth), edgeWidth)
	h := layer.DensePerModality(e.p.In("in"), graph.Concatenate([]*graph.Node{column(r), column(e.observed), column(both)}, -1), edgeWidth)
	h = layer.SiLU(graph.Add(graph.Mul(h, graph.InsertAxes(scale, 2)), graph.InsertAxes(shift, 2)))
	return graph.Mul(graph.Squeeze(layer.ZeroPerModality(e.p.In("out"), h, 1), -1), e.pairs)
}
