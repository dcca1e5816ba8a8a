package draws_test

import (
	"fmt"

	"gsdnet/metric/draws"
)

// Two rows of two features, of which two completions were drawn.
func Example() {
	truth := [][]float64{{0.2, 1.1}, {-0.4, 0.3}}
	drawn := [][][]float64{
		{{0.1, 0.9}, {-0.2, 0.5}},
		{{0.5, 1.3}, {-0.9, 0.1}},
	}
	fmt.Printf("energy scores %.3f\n", draws.EnergyScores(truth, drawn))
	held := draws.Cover(truth, drawn, 0.8)[0]
	fmt.Printf("%.0f %% of the values in the 80 %% intervals, %.0f %% expected of 2 draws\n", 100*held.Covered, 100*held.Ideal)
	// Output:
	// energy scores [0.009 0.008]
	// 100 % of the values in the 80 % intervals, 27 % expected of 2 draws
}
