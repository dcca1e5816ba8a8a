package simple_test

import (
	"testing"

	"gsdnet/model/modeltest"
	"gsdnet/model/simple"
)

func TestConformance(t *testing.T) {
	for _, kind := range []string{simple.Zero, simple.Mean, simple.Regression} {
		t.Run(kind, func(t *testing.T) {
			c := simple.Default()
			c.Width, c.Hidden, c.Dropout, c.InputDropout = 12, 16, 0, 0
			m, err := simple.New(kind, c, modeltest.Setup)
			if err != nil {
				t.Fatal(err)
			}
			modeltest.Run(t, m)
		})
	}
}
