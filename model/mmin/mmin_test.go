package mmin_test

import (
	"testing"

	"gsdnet/model/mmin"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := mmin.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 16, 16, 0, 0
	modeltest.Run(t, c, mmin.New)
}
