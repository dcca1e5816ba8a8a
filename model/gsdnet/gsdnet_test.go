package gsdnet_test

import (
	"context"
	"errors"
	"testing"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/gsdnet"
	"gsdnet/model/modeltest"
	"gsdnet/model/readout"
)

// small returns the default settings at a size that trains in seconds.
func small() gsdnet.Config {
	c := gsdnet.Default()
	c.Width, c.Hidden, c.Rank, c.Blocks = 12, 16, 5, 2
	c.Dropout, c.InputDropout = 0, 0
	return c
}

func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*gsdnet.Config){
		"default":    func(*gsdnet.Config) {},
		"own basis":  func(c *gsdnet.Config) { c.Basis = gsdnet.BasisOwn },
		"adjacency":  func(c *gsdnet.Config) { c.Graph = gsdnet.GraphAdjacency },
		"none":       func(c *gsdnet.Config) { c.Graph = gsdnet.GraphNone },
		"epsilon":    func(c *gsdnet.Config) { c.Sampler.Prediction, c.SDEX.BetaMax = "eps", 5 }, // where α(1) is not yet 1/150
		"point head": func(c *gsdnet.Config) { c.Head = "point" },
		"from zero":  func(c *gsdnet.Config) { c.Mean = gsdnet.MeanNone },
		"around":     func(c *gsdnet.Config) { c.Regression.Around, c.Regression.Folds = true, 0 },
		"as printed": func(c *gsdnet.Config) {
			c.Mean, c.Kernel, c.Rows, c.Context = gsdnet.MeanNone, 3, readout.RowsEncoded, 0
		},
		"no fusion":  func(c *gsdnet.Config) { c.FusionLayers = 0 },
		"noisy, cut": func(c *gsdnet.Config) { c.Condition, c.Sampler.Through = gsdnet.ConditionNoisy, false },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(&c)
			modeltest.Run(t, c, gsdnet.New)
		})
	}
}

// What is measured of the graphs before training ends with its context.
func TestFitEndsWithItsContext(t *testing.T) {
	c := gsdnet.Default()
	c.Mean = gsdnet.MeanNone
	net, err := gsdnet.New(c, model.Setup{Dims: [erc.NumModalities]int{3, 2, 2}, Task: erc.Scores})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	seen, truth := make([]model.Conversation, 3), make([]model.Truth, 3)
	if err := net.Fit(ctx, model.NewParams(mlx.NewStore(), 1), seen, truth); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
