package spectral_test

import (
	"fmt"
	"math/rand/v2"

	"gsdnet/spectral"
)

// A conversation of four utterances, of which the third is not observed. Half of the
// variance is the same in all of them.
func ExampleFilter_Condition() {
	f := &spectral.Filter{
		Shapes:    []spectral.Shape{{Constant: 0.5, LowPass: 0.25, White: 0.25, Theta: 4}},
		Variances: []float64{1, 2},
		Assigned:  []int{0, 0},
	}
	p, err := f.Condition(spectral.Track{
		Rows:     [][]float64{{1.0, -2.0}, {1.2, -1.5}, nil, {0.6, -1.0}},
		Observed: []bool{true, true, false, true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	draw := p.Draw(rand.New(rand.NewPCG(1, 2)))
	fmt.Printf("mean      %.2f\n", p.Mean()[2])
	fmt.Printf("variance  %.2f\n", p.Variance()[2])
	fmt.Printf("one draw  %.2f\n", draw[2])
	fmt.Printf("log likelihood of the observed rows  %.2f\n", p.LogLikelihood())
	// Output:
	// mean      [0.76 -1.17]
	// variance  [0.44 0.89]
	// one draw  [0.89 -2.44]
	// log likelihood of the observed rows  -7.38
}
