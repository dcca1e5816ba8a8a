// Package draws scores draws from the distribution of what is missing: several
// completions of the same features, of which each could be the truth.
//
// The truth is n rows of q features, [n,q], and K draws of it are [K,n,q]:
//
//	truth := [][]float64{{0.2, 1.1}, {-0.4, 0.3}}
//	drawn := [][][]float64{
//		{{0.1, 0.9}, {-0.2, 0.5}},
//		{{0.5, 1.3}, {-0.9, 0.1}},
//	}
//	scores := draws.EnergyScores(truth, drawn)   // of each row, lower is better
//	held := draws.Cover(truth, drawn, 0.8)[0]    // held.Covered against held.Ideal
//
// Start reading at EnergyScore. FeatureCRPS scores single features, Cover says how often
// the interval of the draws holds the truth, TwoSample compares both as samples, LagOne
// compares neighbours in a conversation, and Pool combines what was computed on each of
// several completions. Measure gives the declared Scores of the withheld cells of one modality
// at once, and Compare the difference between two completions with its interval. A score of no
// rows is NaN. Draws of another shape than the truth are a mistake of the program and panic.
package draws

import "fmt"

// sameLength panics unless two slices have one length.
func sameLength(a, b int) {
	if a != b {
		panic(fmt.Sprintf("draws: %d rows, but %d of what belongs to them", a, b))
	}
}

// sameShape panics unless two samples [n,q] have one shape.
func sameShape(a, b [][]float64) {
	sameLength(len(a), len(b))
	for i := range a {
		if len(a[i]) != len(b[i]) {
			panic(fmt.Sprintf("draws: row %d has %d features in one sample and %d in the other", i, len(a[i]), len(b[i])))
		}
	}
}
