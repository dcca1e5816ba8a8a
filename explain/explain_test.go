package explain_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/missing"
)

// corpus returns six conversations to train on, one to validate and three to test.
func corpus() *erc.Corpus {
	return synthetic.New(synthetic.Config{Train: 6, Valid: 1, Test: 3})
}

// masks returns a mask of the test split for each rate of missing modalities.
func masks(t *testing.T, c *erc.Corpus, rates ...string) []missing.Mask {
	t.Helper()
	var rules []missing.Rule
	for _, rate := range rates {
		rules = append(rules, missing.Rule{Protocol: missing.Random, Point: rate})
	}
	out, err := missing.FreezeAll(c, erc.Test, rules, 0)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spectra measures the test split with edges up to 6 utterances apart.
func spectra(t *testing.T, c *erc.Corpus, rank int, rates ...string) []explain.GraphError {
	t.Helper()
	out, err := explain.Spectra(t.Context(), c, erc.Test, masks(t, c, rates...), 6, rank)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNothingMissingComparesNothing(t *testing.T) {
	c := corpus()
	got := spectra(t, c, 0, "0.0")[0]
	if want := (explain.GraphError{Rule: masks(t, c, "0.0")[0].String()}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// At full rank the true spectrum in the true eigenvectors is the graph itself, and
// diag(UᵀAU) is the least-squares diagonal in the eigenvectors U, so that no other
// spectrum is closer.
func TestFullRank(t *testing.T) {
	got := spectra(t, corpus(), 0, "0.5")[0]
	if got.N != 9 || !(got.Observed > 0) {
		t.Errorf("got %+v, want an error in 3 modalities of 3 conversations", got)
	}
	if !(got.Oracle <= 1e-9 && got.Shared < got.Own) {
		t.Errorf("got %+v, want oracle 0 and shared below own", got)
	}
}

// Fewer eigenvalues leave a larger error, in the true eigenvectors too.
func TestErrorFallsWithTheRank(t *testing.T) {
	c := corpus()
	two, five, all := spectra(t, c, 2, "0.5")[0], spectra(t, c, 5, "0.5")[0], spectra(t, c, 0, "0.5")[0]
	if !(two.Oracle > five.Oracle && five.Oracle > all.Oracle) {
		t.Errorf("oracle: got %.3f, %.3f and %.3f at ranks 2, 5 and full, want a fall", two.Oracle, five.Oracle, all.Oracle)
	}
	if two.Observed != all.Observed {
		t.Errorf("observed: got %g and %g, want no dependence on the rank", two.Observed, all.Observed)
	}
}

// The observed graph departs further from the true one the more is missing.
func TestErrorRisesWithTheRate(t *testing.T) {
	got := spectra(t, corpus(), 0, "0.1", "0.6")
	if !(got[0].Observed < got[1].Observed) {
		t.Errorf("observed: got %.3f at rate 0.1 and %.3f at 0.6, want a rise", got[0].Observed, got[1].Observed)
	}
}

func TestSpectraEndsWithItsContext(t *testing.T) {
	c := corpus()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := explain.Spectra(ctx, c, erc.Test, masks(t, c, "0.5"), 6, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// The example compares the observed graphs with the best that a diffusion of the
// spectrum could recover, with half of the modalities missing.
func ExampleSpectra() {
	corpus := synthetic.New(synthetic.Config{Train: 6, Valid: 1, Test: 3})
	half := missing.Rule{Protocol: missing.Random, Point: "0.5"}
	masks, err := missing.FreezeAll(corpus, erc.Test, []missing.Rule{half}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	graphErrors, err := explain.Spectra(context.Background(), corpus, erc.Test, masks, 6, 32)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := graphErrors[0]
	fmt.Printf("%d graphs: observed %.2f, at best %.2f\n", e.N, e.Observed, e.Shared)
	// Output:
	// 9 graphs: observed 0.19, at best 0.15
}
