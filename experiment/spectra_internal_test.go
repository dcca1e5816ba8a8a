package experiment

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/spectral"
)

// completed is a conversation of n utterances with a third of its cells withheld,
// recovered with an error.
func completed(n int, off float64, rng *rand.Rand) infer.Filled {
	c := infer.Filled{Available: make([]erc.Present, n), Present: make([]erc.Present, n)}
	for u := range n {
		c.Available[u], c.Present[u] = erc.All, erc.All&^(1<<(u%3))
		for m := range c.Original {
			original, recovered := make([]float32, 5), make([]float32, 5)
			for j := range original {
				original[j] = float32(rng.NormFloat64())
				recovered[j] = original[j] + float32(off*rng.NormFloat64())
			}
			c.Original[m], c.Sampled[m] = append(c.Original[m], original), append(c.Sampled[m], recovered)
		}
	}
	return c
}

func spectraOf(t *testing.T, off float64) [erc.NumModalities]Spectra {
	t.Helper()
	rng, dir := rand.New(rand.NewPCG(1, 2)), t.TempDir()
	all := []infer.Filled{completed(12, off, rng), completed(40, off, rng)}
	if err := keepSpectra(t.Context(), filepath.Join(dir, SpectraFile), all); err != nil {
		t.Fatal(err)
	}
	out, err := RunDir(dir).Spectra()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Features recovered without error have the graph of the complete ones; an error
// shows, and what the mask takes away does as well.
func TestSpectra(t *testing.T) {
	exact, rough := spectraOf(t, 0), spectraOf(t, 2)
	for m := range exact {
		if exact[m].AfterGraph > 1e-12 || exact[m].BeforeGraph < 0.01 || exact[m].Basis < 0.01 {
			t.Errorf("%v: graphs off by %.3g after, %.3g before, basis %.3g", erc.Modality(m), exact[m].AfterGraph, exact[m].BeforeGraph, exact[m].Basis)
		}
		if rough[m].AfterGraph <= exact[m].AfterGraph {
			t.Errorf("%v: %.3g after a rough recovery", erc.Modality(m), rough[m].AfterGraph)
		}
		if len(exact[m].Before) != spectral.DefaultRank || exact[m].Before[0] == 0 || exact[m].After[spectral.DefaultRank-1] > 1e-9 {
			t.Errorf("%v: eigenvalues %v before, %v after", erc.Modality(m), exact[m].Before, exact[m].After)
		}
	}
}
