package metric

import (
	"fmt"
	"math"
)

// Recovery says how near imputed features come to the withheld ones.
type Recovery struct {
	N      int     `json:"n"`      // rows
	RMSE   float64 `json:"rmse"`   // over all cells, in the units of the features
	Cosine float64 `json:"cosine"` // mean over rows
}

// Recover compares the rows of recovered features with those that were withheld,
// [row][feature]. It is NaN of no rows.
func Recover(withheld, recovered [][]float64) Recovery {
	return Recovery{N: len(withheld), RMSE: RMSE(withheld, recovered), Cosine: Cosine(withheld, recovered)}
}

// RMSE is the root of the mean of (withheld − recovered)² over all cells.
func RMSE(withheld, recovered [][]float64) float64 {
	sameShape(withheld, recovered)
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
	sameShape(withheld, recovered)
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

func sameShape(a, b [][]float64) {
	sameLength(len(a), len(b))
	for i := range a {
		if len(a[i]) != len(b[i]) {
			panic(fmt.Sprintf("metric: row %d: %d features withheld, %d recovered", i, len(a[i]), len(b[i])))
		}
	}
}

// MarshalJSON writes a number that is not finite as null.
func (r Recovery) MarshalJSON() ([]byte, error) { return marshal(r) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (r *Recovery) UnmarshalJSON(text []byte) error {
	type plain Recovery
	return unmarshal(text, (*plain)(r))
}
