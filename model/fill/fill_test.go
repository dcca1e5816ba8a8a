package fill_test

import (
	"fmt"
	"testing"

	"gsdnet/model"
	"gsdnet/model/fill"
	"gsdnet/model/modeltest"
	"gsdnet/model/prior"
)

func TestConformance(t *testing.T) {
	c := fill.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 12, 16, 0, 0
	for _, kind := range []string{fill.Zero, fill.Mean} {
		t.Run(kind, func(t *testing.T) {
			modeltest.Run(t, c, func(c fill.Config, s model.Setup) (*fill.Net, error) { return fill.New(kind, c, s) })
		})
	}
	for _, kind := range []string{fill.Draws, fill.Graph} {
		for _, share := range []float64{0, 0.5} {
			t.Run(fmt.Sprint(kind, share), func(t *testing.T) {
				of := fill.GaussianConfig{Config: c, HeadDraws: share, Prior: prior.Settings{Rank: 4, Folds: 2, Speakers: true}}
				modeltest.Run(t, of, func(c fill.GaussianConfig, s model.Setup) (*fill.Gaussian, error) {
					return fill.NewGaussian(kind, c, s, kind == fill.Graph)
				})
			})
		}
	}
	t.Run(fill.Regression, func(t *testing.T) {
		modeltest.Run(t, fill.RegressionConfig{Config: c, Ridge: 0.3}, fill.NewRegression)
	})
}
