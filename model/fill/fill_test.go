package fill_test

import (
	"testing"

	"gsdnet/model"
	"gsdnet/model/fill"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := fill.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 12, 16, 0, 0
	for _, kind := range []string{fill.Zero, fill.Mean} {
		t.Run(kind, func(t *testing.T) {
			modeltest.Run(t, c, func(c fill.Config, s model.Setup) (*fill.Net, error) { return fill.New(kind, c, s) })
		})
	}
	t.Run(fill.Regression, func(t *testing.T) {
		modeltest.Run(t, fill.RegressionConfig{Config: c, Ridge: 0.3}, fill.NewRegression)
	})
}
