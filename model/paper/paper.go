// Package paper is the Graph Spectral Diffusion Network as printed in the paper (Shou et al.,
// IJCAI 2025): it fills missing modalities by score-based diffusion of the features
// and of the spectrum of the conversation's graph, then predicts from the
// completed graph. It reads in the order of the paper:
//
//	prepare.go   §3     graphs and spectra, on the host
//	encode       §5.1   Eqs. 12-14, shared: model.Embed and model.Normalise
//	graph.go     §5.2   Â_m(t) from the diffused spectrum (or the ablations)
//	score.go     §5.2   the score networks s_θ and s_φ
//	complete.go  §5.2   Eqs. 8-16: condition, sampling, refinement
//	paper.go     §5.3   Eqs. 17-20: fusion, prediction, objective
//
// Start reading at Net.Losses.
package paper

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

func init() {
	model.Offer(210, Name, "GSDNet as printed in the paper, with the score networks preconditioned", Default, New)
}

// Net is a GSDNet without its parameters.
type Net struct {
	cfg        Config
	setup      model.Setup
	out        readout.Predictor
	sdeX, sdeG diffusion.SDE
	prediction diffusion.Prediction
	sampler    diffusion.Sampler
	times      []float64
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	out, err := readout.New(Name, c.Body, s, c.Context)
	if err != nil {
		return nil, err
	}
	n := &Net{cfg: c, setup: s, out: out}
	if n.sdeX, err = c.SDEX.New(); err != nil {
		return nil, fault.Input("see [paper.sde_x] in docs/config.md", "paper.sde_x: %w", err)
	}
	if n.sdeG, err = c.SDELambda.New(); err != nil {
		return nil, fault.Input("see [paper.sde_lambda] in docs/config.md", "paper.sde_lambda: %w", err)
	}
	schedule, _ := diffusion.ParseSchedule(c.Sampler.Schedule) // check has accepted these names
	n.sampler, _ = diffusion.ParseSampler(c.Sampler.Method)
	n.prediction = diffusion.Prediction(c.Sampler.Prediction)
	n.times = schedule.Times(n.sdeX, c.Sampler.Steps, n.sampler.End)
	return n, nil
}

// Losses is Eq. 20: L_total = β(L_rec + L_s^θ + L_s^φ) + L_pred, with the
// decoder's own loss beside it.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	withheld := layer.Withheld(in)
	c := n.completer(p, in)
	target := graph.Mul(graph.StopGradient(n.encode(p, in, model.InComplete)), in.Get(model.InHas)) // X'_m(complete)
	x, r := c.sample()
	missX, missG := n.scoreLosses(c, target, withheld)
	recX := layer.MaskedMean(graph.Square(graph.Sub(x, target)), withheld)
	recG := graph.ScalarZero(x.Graph(), x.DType())
	if c.side != nil {
		truth, weight := c.side.target()
		recG = layer.MaskedMean(graph.Square(graph.Sub(r, truth)), weight)
	}
	completed := c.overwrite(x)
	pred := n.out.Loss(n.predict(p, c, completed, r), in)
	raw := layer.DecodeLoss(p, in, n.setup.Dims, target, completed)

	missing := graph.Add(graph.Add(recX, recG), graph.Add(missX, missG))
	total := graph.Add(graph.MulScalar(missing, n.cfg.Beta), graph.Add(pred, graph.MulScalar(raw, decodeWeight)))
	return model.Losses{Total: total, Terms: []model.Term{
		{Name: "pred", Value: pred}, {Name: "rec_x", Value: recX}, {Name: "rec_g", Value: recG},
		{Name: "score_x", Value: missX}, {Name: "score_g", Value: missG}, {Name: "decode", Value: raw},
	}}
}

// decodeWeight scales the decoder's loss, whose gradient reaches the decoder
// alone; small, so that it does not fill the clipped gradient norm.
const decodeWeight = 0.1

// Forecast completes a batch and predicts from it.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	c := n.completer(p, in)
	x, r := c.sample()
	completed := c.overwrite(x)
	f := n.predict(p, c, completed, r)
	f.Encoded = completed
	f.Recover = func() [erc.NumModalities]*graph.Node { return layer.FillDecoded(p, in, n.setup.Dims, completed) }
	f.Trajectory = func() model.Trajectory { return c.trajectory(x, r) }
	return f
}

// completer encodes what was observed, Eqs. 12-14.
func (n *Net) completer(p *model.Params, in engine.Nodes) *completer {
	c := &completer{net: n, p: p, in: in, side: n.newSide(p, in)}
	c.embedded = n.embed(p, in, readout.Inputs(in, ""))
	encoded := layer.Normalise(c.embedded, in.Get(model.InValid))
	c.observed = graph.Mul(encoded, in.Get(model.InPresent))
	return c
}

// encode runs the encoder on the inputs named prefix+modality, without dropout.
func (n *Net) encode(p *model.Params, in engine.Nodes, prefix string) *graph.Node {
	var x [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		x[m] = in.Get(prefix + m.String())
	}
	return layer.Normalise(n.embed(p, in, x), in.Get(model.InValid))
}

// embed runs the encoder short of its norm.
func (n *Net) embed(p *model.Params, in engine.Nodes, x [erc.NumModalities]*graph.Node) *graph.Node {
	return layer.Embed(p.In("encode"), x, in.Get(model.InValid), n.cfg.Width, n.cfg.Kernel)
}

// overwrite keeps the observed rows and takes the missing ones from x.
func (c *completer) overwrite(x *graph.Node) *graph.Node {
	return graph.Add(c.observed, graph.Mul(x, layer.Missing(c.in)))
}

// predict is §5.3: fusion on the completed graph, then the head.
func (n *Net) predict(p *model.Params, c *completer, completed, r *graph.Node) model.Outputs {
	return n.out.Head(p.In("head"), n.fuse(p, c, completed, r))
}

// graph returns the adjacency [M,B,N,N] that goes with a residual of what is diffused
// beside the features; the observed one where nothing is.
func (c *completer) graph(side side, r *graph.Node) *graph.Node {
	if side == nil {
		return c.in.Get(inGraph)
	}
	return side.graph(r)
}

// fuse is Eq. 19 on the completed graph, read along the conversation: [B,N,F].
func (n *Net) fuse(p *model.Params, c *completer, completed, r *graph.Node) *graph.Node {
	fused := layer.Fuse(p.In("fuse"), c.graph(c.side, r), c.rows(p.In("rows"), completed), c.in.Get(model.InValid), n.cfg.FusionLayers)
	return n.out.Read(p, c.in, fused)
}

// rows are what enters the fused graph, [M,B,N,d]. Diffusion needs unit scale,
// prediction does not: rows are as embedded, and what was sampled is read out
// linearly where something is missing.
func (c *completer) rows(p *model.Params, completed *graph.Node) *graph.Node {
	if c.net.cfg.Rows == RowsEncoded {
		return completed
	}
	missing := layer.Missing(c.in)
	recovered := graph.Mul(layer.DensePerModality(p, completed, c.net.cfg.Width), missing)
	return graph.Add(graph.Mul(c.embedded, c.in.Get(model.InPresent)), recovered)
}

// fusedWidth is the number of channels of a fused state.
func (n *Net) fusedWidth() int { return (n.cfg.FusionLayers + 1) * erc.NumModalities * n.cfg.Width }

// scoreLosses is Eq. 11 for the features and for the side, at a time of its own for each
// conversation.
func (n *Net) scoreLosses(c *completer, target, withheld *graph.Node) (lossX, lossG *graph.Node) {
	in, evaluation := c.in, n.sampler.Evaluations(n.cfg.Sampler.Steps)
	size := in.Get(model.InValid).Shape().Dimensions[0]
	levelX, levelG := marginal(in.Get(inMargX), size, 4), level{}
	x := levelX.noised(target, in.Get(inEpsX))
	weight := graph.Add(withheld, graph.MulScalar(in.Get(model.InPresent), n.cfg.FreeWeight))
	if c.side == nil {
		cond, _ := c.condition(levelX, levelG, evaluation)
		out := c.networks(x, nil, levelX, levelG, in.Get(inTime), cond, nil)
		return n.matching(out.x, target, in.Get(inEpsX), levelX, weight), graph.ScalarZero(x.Graph(), x.DType())
	}
	r, weightG := c.side.target()
	levelG = marginal(in.Get(inMargG), size, r.Rank())
	cond, side := c.condition(levelX, levelG, evaluation)
	out := c.networks(x, levelG.noised(r, in.Get(inEpsG)), levelX, levelG, in.Get(inTime), cond, side)
	lossX = n.matching(out.x, target, in.Get(inEpsX), levelX, weight)
	return lossX, n.matching(out.g, r, in.Get(inEpsG), levelG, weightG)
}

// noised is α·x + s·ε.
func (l level) noised(x, eps *graph.Node) *graph.Node {
	return graph.Add(graph.Mul(x, l.alpha), graph.Mul(eps, l.std))
}

// marginal splits [B,2] into α and s, shaped [1,B,1,…] to multiply arrays of a
// rank.
func marginal(x *graph.Node, size, rank int) level {
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = 1
	}
	dims[1] = size
	column := func(i int) *graph.Node {
		return graph.Reshape(graph.Slice(x, graph.AxisRange(), graph.AxisElem(i)), dims...)
	}
	return level{column(0), column(1)}
}
