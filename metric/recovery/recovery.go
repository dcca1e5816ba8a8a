// Package recovery has the metrics of recovered features, one function for each. Features
// are [row][feature]; features of different shapes panic, and a metric without rows is NaN.
//
// Start reading at RMSE. Package draws has the metrics of several draws of the same
// features.
package recovery

import (
	"math"

	"gsdnet/metric/internal/numbers"
)

// RMSE is the root of the mean of (withheld − recovered)² over all cells.
func RMSE(withheld, recovered [][]float64) float64 {
	numbers.SameShape(withheld, recovered)
	sum, cells := 0.0, 0
	for i, row := range withheld {
		for j, x := range row {
			d := x - recovered[i][j]
			sum += d * d
		}
		cells += len(row)
	}
	return math.Sqrt(sum / float64(cells))
}

// Cosine is the mean over rows of the cosine of the angle between withheld and
// recovered. A zero vector has no direction: its cosine is 0.
func Cosine(withheld, recovered [][]float64) float64 {
	numbers.SameShape(withheld, recovered)
	sum := 0.0
	for i, row := range withheld {
		var xy, xx, yy float64
		for j, x := range row {
			y := recovered[i][j]
			xy, xx, yy = xy+x*y, xx+x*x, yy+y*y
		}
		if xx != 0 && yy != 0 {
			sum += xy / (math.Sqrt(xx) * math.Sqrt(yy))
		}
	}
	return sum / float64(len(withheld))
}
