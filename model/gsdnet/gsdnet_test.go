package gsdnet_test

import (
	"testing"

	"gsdnet/model/gsdnet"
	"gsdnet/model/modeltest"
)

// small returns the default settings at a size that trains in seconds.
func small() gsdnet.Config {
	c := gsdnet.Default()
	c.Width, c.Hidden, c.Prior.Folds = 12, 16, 2
	c.Dropout, c.InputDropout = 0, 0
	return c
}

func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*gsdnet.Config){
		"default":    func(*gsdnet.Config) {},
		"white":      func(c *gsdnet.Config) { c.Graph = gsdnet.GraphNone },
		"adjacency":  func(c *gsdnet.Config) { c.Graph = gsdnet.GraphAdjacency },
		"draws":      func(c *gsdnet.Config) { c.HeadDraws = 1 },
		"no network": func(c *gsdnet.Config) { c.Blocks = 0 },
		"stochastic": func(c *gsdnet.Config) { c.Sampler.Method, c.HeadDraws = "euler", 0.5 },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(&c)
			modeltest.Run(t, c, gsdnet.New)
		})
	}
}
