// Package columns has the form that all CSV files of the program share: how a number is
// written, and how the columns of probabilities and of prediction intervals are called.
package columns

import (
	"fmt"
	"math"
	"strconv"
)

// Number returns a number with six significant digits, or an empty text for NaN.
func Number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// Probabilities returns the names of the columns of the probabilities of classes with the
// given names, such as probability_joy.
func Probabilities(classes []string) []string {
	var out []string
	for _, name := range classes {
		out = append(out, "probability_"+name)
	}
	return out
}

// Intervals returns the names of the columns of prediction intervals: for each level,
// such as 0.9, the lower and the upper bound, low_90 and high_90.
func Intervals(levels []float64) []string {
	var out []string
	for _, level := range levels {
		out = append(out, fmt.Sprintf("low_%.0f", 100*level), fmt.Sprintf("high_%.0f", 100*level))
	}
	return out
}
