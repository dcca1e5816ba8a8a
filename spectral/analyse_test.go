package spectral_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gsdnet/spectral"
)

// Analyse is its parts in their order.
func TestAnalysisIsTheGraphsAndTheirBasis(t *testing.T) {
	x := randomRows(rand.New(rand.NewPCG(5, 5)), 14, 0.4)
	got, err := spectral.Analyse(x, 3, 6)
	if err != nil {
		t.Fatal(err)
	}
	weights := spectral.Weights(x, 3)
	for m, graph := range spectral.Graphs(x, 3) {
		if !mat.Equal(got.Graphs[m], graph) || !mat.Equal(graph, spectral.Normalise(weights[m])) {
			t.Errorf("modality %d: the graph is not that of its weights", m)
		}
	}
	if got.Basis.Rank() != 6 {
		t.Errorf("got rank %d, want 6", got.Basis.Rank())
	}
	reference := spectral.Reference(weights)
	if far := spectral.RelativeError(reference, got.Basis.Rebuild(got.Basis.Ref)); far > 1e-12 {
		t.Errorf("the basis rebuilds the reference with an error of %g, want 0", far)
	}
}

// Two utterances of which the second lacks audio and visual: the graphs of all
// modalities have the one weight that is known.
func ExampleAnalyse() {
	x := spectral.Rows{
		{{1, 0}, {1, 0}},
		{{1, 0}, nil},
		{{0, 1}, nil},
	}
	a, err := spectral.Analyse(x, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("audio %.2f, eigenvalues kept %.2f\n", a.Graphs[1].At(0, 1), a.Basis.Ref)
	fmt.Printf("audio's graph in that basis %.2f\n", a.Basis.Project(a.Graphs[1]))
	// Output:
	// audio 0.50, eigenvalues kept [1.00]
	// audio's graph in that basis [1.00]
}
