package imder_test

import (
	"testing"

	"gsdnet/model/imder"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := imder.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout, c.Steps = 16, 16, 0, 0, 4
	modeltest.Run(t, c, imder.New)
}
