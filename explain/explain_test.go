package explain_test

import (
	"testing"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/missing"
)

func TestSpectra(t *testing.T) {
	corpus := dataset.Synthetic(dataset.SyntheticConfig{Train: 6, Valid: 1, Test: 3})
	masks, err := missing.FreezeAll(corpus, erc.Test, []missing.Rule{
		{Protocol: missing.Random, Point: "0.0"}, {Protocol: missing.Random, Point: "0.5"},
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	full, err := explain.Spectra(t.Context(), corpus, erc.Test, masks, 6, 0)
	if err != nil {
		t.Fatal(err)
	}
	if full[0].N != 0 {
		t.Errorf("%d graphs compared where nothing is missing", full[0].N)
	}
	got := full[1]
	if got.N != 9 || got.Observed <= 0 {
		t.Errorf("got %+v, want nine graphs that lost something", got)
	}
	// At full rank the true spectrum in the true basis is the graph; and diag(UᵀAU)
	// is the least-squares diagonal, so nothing else in that basis is closer.
	if got.Oracle > 1e-9 || got.Shared >= got.Own {
		t.Errorf("got %+v, want oracle 0 and shared below own", got)
	}
	low, err := explain.Spectra(t.Context(), corpus, erc.Test, masks, 6, 2)
	if err != nil {
		t.Fatal(err)
	}
	if low[1].Oracle <= 0 {
		t.Errorf("rank 2 rebuilds graphs of 8 and more utterances exactly: %+v", low[1])
	}
}
