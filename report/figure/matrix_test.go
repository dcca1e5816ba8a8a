package figure_test

import (
	"math"
	"strings"
	"testing"

	"gsdnet/report/figure"
)

func TestMatrices(t *testing.T) {
	m := &figure.Matrices{Title: "corpus: classes", Names: []string{"joy", "an emotion whose name is far too long"}, Rows: "true", Columns: "predicted"}
	for _, name := range []string{"one", "two", "three", "four"} {
		m.Matrices = append(m.Matrices, figure.Matrix{Title: name, Shares: [][]float64{{0.76, 0.24}, {math.NaN(), math.NaN()}}})
	}
	said := drawn(t, m)
	for _, want := range []string{"corpus: classes", "joy", "…", "true", "predicted", "one", "four", "76", "24", "–"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	if _, _, err := figure.Render(&figure.Matrices{}); err == nil {
		t.Error("a figure without matrices was drawn")
	}
}
