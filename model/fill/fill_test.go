package fill_test

import (
	"testing"

	"gsdnet/model"
	"gsdnet/model/fill"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	for _, kind := range []string{fill.Zero, fill.Mean, fill.Regression} {
		t.Run(kind, func(t *testing.T) {
			c := fill.Default()
			c.Width, c.Hidden, c.Dropout, c.InputDropout = 12, 16, 0, 0
			modeltest.Run(t, c, func(c fill.Config, s model.Setup) (model.Model, error) { return fill.New(kind, c, s) })
		})
	}
}
