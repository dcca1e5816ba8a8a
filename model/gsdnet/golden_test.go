package gsdnet

import (
	"fmt"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/internal/golden"
	"gsdnet/model/prior"
)

// goldenConfig is the case of bench/reference/make_golden.py.
func goldenConfig() Config {
	c := Default()
	c.Width, c.Hidden, c.Blocks = 8, 8, 2
	c.Dropout, c.InputDropout = 0, 0
	c.Prior.Rank, c.Prior.Folds, c.Prior.Tails = 5, 2, false
	c.Sampler.Steps = 3
	return c
}

// TestGolden compares conditional means, every stage of training and of a prediction, and
// every gradient with the PyTorch implementation in bench/reference.
func TestGolden(t *testing.T) {
	file := golden.Read(t, "testdata/golden.safetensors")
	for name, share := range map[string]float64{"": 0, "draws/": 0.5} {
		t.Run("head_draws="+fmt.Sprint(share), func(t *testing.T) {
			b, truth := file.Batch()
			c := goldenConfig()
			c.HeadDraws = share
			net, err := New(c, model.Setup{Dims: b.Dims})
			if err != nil {
				t.Fatal(err)
			}
			store := file.Store(t)
			if err := net.Load(model.TrainedParams(store)); err != nil {
				t.Fatal(err)
			}
			compare := golden.NewComparison(t)
			compareTraining(t, compare, net, b, truth, store, file, name)
			comparePrediction(t, compare, net, b, store, file, name)
		})
	}
}

// compareTraining compares the losses, what they come of, and their gradients.
func compareTraining(t *testing.T, compare *golden.Comparison, net *Net, b *model.Batch, truth []model.Truth, store *mlx.Store, file golden.File, name string) {
	t.Helper()
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := net.Prepare(feed, b, truth); err != nil {
		t.Fatal(err)
	}
	net.Draw(feed, b, model.Pass{Seed: 1, Step: 1, Train: true})
	golden.Replace(t, feed, withoutRest(file.Under("noise/")))
	for _, input := range []string{"graph", "prior_mean", "prior_truth"} {
		compare.Check(input, feed[input], file["train/expect/"+input])
	}
	compare.Run(feed, store, file.Under(name+"train/"), func(p *model.Params, in engine.Nodes, add func(string, *graph.Node)) model.Losses {
		x := graph.ConstTensor(in.Get(inTime).Graph(), file[name+"train/stage/state"])
		add("score", net.score(p.In(network), in, x, net.context(p, in), in.Get(inTime), nil))
		said := net.Predict(p, in, func() *graph.Node { return prior.Noise(in) })
		add("location", said.Location)
		add("scale", said.Scale)
		return net.Losses(p, in)
	})
}

// withoutRest drops the noise outside the axes, which training does not read.
func withoutRest(noise golden.File) golden.File {
	for _, m := range erc.Modalities {
		delete(noise, "prior_rest_"+m.String())
	}
	return noise
}

// comparePrediction compares a prediction with features: the network, the way of the
// sampler, the draw, the point estimate, and the features of both.
func comparePrediction(t *testing.T, compare *golden.Comparison, net *Net, b *model.Batch, store *mlx.Store, file golden.File, name string) {
	t.Helper()
	feed := b.Observe()
	if err := net.Prepare(feed, b, nil); err != nil {
		t.Fatal(err)
	}
	net.Draw(feed, b, model.Pass{Seed: 1, Features: true})
	noise := file.Under("noise/")
	delete(noise, inTime)
	delete(noise, inLevel)
	golden.Replace(t, feed, noise)
	for _, input := range []string{"graph", "prior_mean"} {
		compare.Check(input, feed[input], file["predict/expect/"+input])
	}
	compare.Run(feed, store, file.Under(name+"predict/"), func(p *model.Params, in engine.Nodes, add func(string, *graph.Node)) model.Losses {
		s := &solver{net: net, p: p, in: in}
		add("context", s.context())
		add("network_1.0", s.at(prior.Noise(in), 1, nil))
		add("network_0.3", s.at(prior.Noise(in), 0.3, nil))
		drawn := s.draw()
		for i, state := range s.visited {
			add(fmt.Sprintf("state%d", i), state.Encoded)
		}
		add("draw", drawn)
		add("estimate", s.estimate())
		f := net.Forecast(p, in)
		recovered, estimated := f.Recover(), f.Estimate()
		for _, m := range erc.Modalities {
			add("recovered_"+m.String(), recovered[m])
			add("estimated_"+m.String(), estimated[m])
		}
		add("location", f.Location)
		add("scale", f.Scale)
		return model.Losses{}
	})
}
