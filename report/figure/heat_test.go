package figure_test

import (
	"math"
	"strings"
	"testing"

	"gsdnet/report/figure"
)

// Each value that is not 0 is a cell, those above 0 have another colour than those below,
// and a missing one is grey.
func TestHeat(t *testing.T) {
	h := &figure.Heat{Title: "influence", X: "on utterance", Y: "of utterance", Values: [][]float64{{0.5, -0.25, 0}, {0, math.NaN(), -0.5}}}
	said := drawn(t, h)
	for _, want := range []string{"influence, ±0.5", "on utterance", "of utterance", "2"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	colours := map[string]int{}
	for _, e := range rendered(t, h) {
		if fill := e.style("fill"); e.Name == "path" && fill != "" && fill != "none" && fill != "#FFFFFF" {
			colours[fill]++
		}
	}
	if len(colours) != 4 || colours["#332288"] != 1 || colours["#CC6677"] != 1 || colours["#DCDCDC"] != 1 {
		t.Errorf("got the colours %v, want one cell of each end of the scale, one between and one grey", colours)
	}
	if _, _, err := figure.Render(&figure.Heat{}); err == nil {
		t.Error("a figure without values was drawn")
	}
}

// Fields of one cell, of zeros alone, and of many rows can be drawn.
func TestHeatOfOddSizes(t *testing.T) {
	for name, values := range map[string][][]float64{
		"one": {{1}}, "zeros": {{0, 0}, {0, 0}}, "missing": {{math.NaN()}}, "tall": make([][]float64, 300),
	} {
		for i := range values {
			if values[i] == nil {
				values[i] = []float64{float64(i)}
			}
		}
		if _, _, err := figure.Render(&figure.Heat{Title: name, Values: values}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
