package paper_test

import (
	"context"
	"errors"
	"testing"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/modeltest"
	"gsdnet/model/paper"
	"gsdnet/model/readout"
)

// small returns the default settings at a size that trains in seconds.
func small() paper.Config {
	c := paper.Default()
	c.Width, c.Hidden, c.Rank, c.Blocks = 12, 16, 5, 2
	c.Dropout, c.InputDropout, c.Sampler.Steps = 0, 0, 4
	return c
}

func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*paper.Config){
		"default":    func(*paper.Config) {},
		"own basis":  func(c *paper.Config) { c.Basis = paper.BasisOwn },
		"adjacency":  func(c *paper.Config) { c.Graph = paper.GraphAdjacency },
		"none":       func(c *paper.Config) { c.Graph = paper.GraphNone },
		"epsilon":    func(c *paper.Config) { c.Sampler.Prediction, c.SDEX.BetaMax = "eps", 5 }, // where α(1) is not yet 1/150
		"point head": func(c *paper.Config) { c.Head = "point" },
		"reader":     func(c *paper.Config) { c.Rows, c.Context = paper.RowsEmbedded, readout.Layers },
		"score":      func(c *paper.Config) { c.Sampler.Prediction = "score" },
		"no fusion":  func(c *paper.Config) { c.FusionLayers = 0 },
		"clean":      func(c *paper.Config) { c.Condition, c.Sampler.Through = paper.ConditionClean, true },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(&c)
			modeltest.Run(t, c, paper.New)
		})
	}
}

// What is measured of the graphs before training ends with its context.
func TestFitEndsWithItsContext(t *testing.T) {
	c := paper.Default()
	net, err := paper.New(c, model.Setup{Dims: [erc.NumModalities]int{3, 2, 2}, Task: erc.Scores})
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
