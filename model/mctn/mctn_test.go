package mctn_test

import (
	"testing"

	"gsdnet/model/mctn"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := mctn.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 16, 16, 0, 0
	modeltest.Run(t, c, mctn.New)
}
