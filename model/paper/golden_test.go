package paper

import (
	"fmt"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/internal/golden"
)

// goldenConfig is the case of bench/reference/make_golden.py: the printed parametrisation.
func goldenConfig() Config {
	c := Default()
	c.Width, c.Hidden, c.Blocks, c.Rank = 8, 8, 2, 4
	c.Dropout, c.InputDropout = 0, 0
	c.Sampler.Prediction, c.Sampler.Steps = "score", 3
	return c
}

// TestGolden compares every stage and every gradient with the PyTorch implementation in
// bench/reference.
func TestGolden(t *testing.T) {
	file := golden.Read(t, "testdata/golden.safetensors")
	b, truth := file.Batch()
	net, err := New(goldenConfig(), model.Setup{Dims: b.Dims})
	if err != nil {
		t.Fatal(err)
	}
	compare := golden.NewComparison(t)
	feed := goldenFeed(t, net, b, truth, file.Under("noise/"))
	compareHost(t, compare, net, b, truth, feed, file.Under("expect/"))
	compare.Run(feed, file.Store(t), file, func(p *model.Params, in engine.Nodes, add func(string, *graph.Node)) model.Losses {
		stages(net, p, in, add)
		return net.Losses(p, in)
	})
}

// goldenFeed prepares the batch with the graphs of the host and the noise of the file.
func goldenFeed(t *testing.T, net *Net, b *model.Batch, truth []model.Truth, noise golden.File) engine.Feed {
	t.Helper()
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := net.Prepare(feed, b, truth); err != nil {
		t.Fatal(err)
	}
	net.Draw(feed, b, model.Pass{Seed: 1, Step: 1, Train: true})
	golden.Replace(t, feed, noise)
	times := tensors.MustCopyFlatData[float32](feed[inTime])
	for name, sde := range map[string]diffusion.SDE{inMargX: net.sdeX, inMargG: net.sdeG} {
		var margins []float32
		for _, at := range times {
			alpha, std := sde.Marginal(float64(at))
			margins = append(margins, float32(alpha), float32(std))
		}
		feed[name] = tensors.FromFlatDataAndDimensions(margins, len(times), 2)
	}
	return feed
}

// compareHost compares graphs and spectra.
func compareHost(t *testing.T, compare *golden.Comparison, net *Net, b *model.Batch, truth []model.Truth, feed engine.Feed, want golden.File) {
	t.Helper()
	all, err := net.analyse(b, truth)
	if err != nil {
		t.Fatal(err)
	}
	compare.Check("adjacency", stack(b, all, func(g *graphs) [erc.NumModalities]*mat.SymDense { return g.observed }), want["adjacency"])
	for _, name := range []string{inLambdaRef, inLambda, inLambdaTarget} {
		compare.Check(name, feed[name], want[name])
	}
	compare.Check("rebuilt", stack(b, all, func(g *graphs) (out [erc.NumModalities]*mat.SymDense) {
		for m := range out {
			out[m] = g.spectrum.Rebuild(g.target[m])
		}
		return out
	}), want["rebuilt"])
}

// stages lists what happens between the inputs and the losses, in order.
func stages(net *Net, p *model.Params, in engine.Nodes, add func(string, *graph.Node)) {
	c := net.completer(p, in)
	add("encoded", c.observed)
	target := graph.Mul(net.encode(p, in, model.InComplete), in.Get(model.InHas))
	size := in.Get(model.InValid).Shape().Dimensions[0]
	levelX := marginal(in.Get(inMargX), size, 4)
	r, _ := c.side.target()
	levelG := marginal(in.Get(inMargG), size, r.Rank())
	cond, side := c.condition(levelX, levelG, net.sampler.Evaluations(net.cfg.Sampler.Steps))
	out := c.networks(levelX.noised(target, in.Get(inEpsX)), levelG.noised(r, in.Get(inEpsG)), levelX, levelG, in.Get(inTime), cond, side)
	add("score_x", out.x)
	add("score_g", out.g)
	x, r := c.sample()
	for step, stop := range c.path[1:] {
		add(fmt.Sprintf("step%d_x", step), stop.state[0])
		add(fmt.Sprintf("step%d_g", step), stop.state[1])
	}
	add("refined_x", x)
	add("refined_g", r)
	add("graph", c.side.graph(r))
	fused := net.fuse(p, c, c.overwrite(x), r)
	add("fused", fused)
	said := net.out.Head(p.In("head"), fused)
	add("location", said.Location)
	add("scale", said.Scale)
}
