package mmin_test

import (
	"testing"

	"gsdnet/model/mmin"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := mmin.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 16, 16, 0, 0
	net, err := mmin.New(c, modeltest.Setup)
	if err != nil {
		t.Fatal(err)
	}
	modeltest.Run(t, net)
}
