package dicmor_test

import (
	"testing"

	"gsdnet/model/dicmor"
	"gsdnet/model/modeltest"
)

func TestConformance(t *testing.T) {
	c := dicmor.Default()
	c.Width, c.Hidden, c.Dropout, c.InputDropout = 16, 16, 0, 0
	modeltest.Run(t, c, dicmor.New)
}
