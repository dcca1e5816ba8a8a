package simple_test

import (
	"testing"

	"gsdnet/model"
	"gsdnet/model/modeltest"
	"gsdnet/model/simple"
)

func TestConformance(t *testing.T) {
	for _, kind := range []string{simple.Zero, simple.Mean, simple.Regression} {
		t.Run(kind, func(t *testing.T) {
			c := simple.Default()
			c.Width, c.Hidden, c.Dropout, c.InputDropout = 12, 16, 0, 0
			modeltest.Run(t, c, func(c simple.Config, s model.Setup) (model.Model, error) { return simple.New(kind, c, s) })
		})
	}
}
