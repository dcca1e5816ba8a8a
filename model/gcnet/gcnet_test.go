package gcnet_test

import (
	"testing"

	"gsdnet/model/gcnet"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := gcnet.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 16, 16, 0, 0
	modeltest.Run(t, c, gcnet.New)
}
