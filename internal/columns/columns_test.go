package columns_test

import (
	"math"
	"slices"
	"testing"

	"gsdnet/internal/columns"
)

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0", -0.5: "-0.5", 1.0 / 3: "0.333333", 1e-9: "1e-09", 123456789: "1.23457e+08"} {
		if got := columns.Number(x); got != want {
			t.Errorf("Number(%g): got %q, want %q", x, got, want)
		}
	}
	if got := columns.Number(math.NaN()); got != "" {
		t.Errorf("Number(NaN): got %q, want an empty text", got)
	}
}

func TestProbabilities(t *testing.T) {
	got, want := columns.Probabilities([]string{"joy", "sad, a bit"}), []string{"probability_joy", "probability_sad, a bit"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestIntervals(t *testing.T) {
	got, want := columns.Intervals([]float64{0.5, 0.9}), []string{"low_50", "high_50", "low_90", "high_90"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
