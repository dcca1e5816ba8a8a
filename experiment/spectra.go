package experiment

import (
	"context"
	"encoding/json"
	"math"
	"os"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/spectral"
)

// Spectra says how near a modality's graphs come to those of the complete
// features, means over conversations. The graphs before recovery are those of the
// mask (spectral.Weights), those after it are of recovered features. Eigenvalues
// are taken in the basis of the observed reference graph, by falling |λ_ref|.
type Spectra struct {
	// Before and After are the mean absolute errors of the eigenvalues [k].
	Before []float64 `json:"before"`
	After  []float64 `json:"after"`
	// BeforeGraph and AfterGraph are ‖A − Â‖/‖A‖ (Frobenius) of the graphs as they
	// are, and Basis that of the complete graph in the basis: what no eigenvalues,
	// however right, can mend.
	BeforeGraph float64 `json:"before_graph"`
	AfterGraph  float64 `json:"after_graph"`
	Basis       float64 `json:"basis"`
}

// keepSpectra measures completed conversations and writes the file.
func keepSpectra(ctx context.Context, path string, all []infer.Filled) error {
	var out [erc.NumModalities]Spectra
	var counts [spectral.DefaultRank]float64
	n := 0.0 // conversations, long ones in pieces
	for i := range all {
		for _, piece := range all[i].Pieces() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := addSpectra(&out, &counts, &piece); err != nil {
				return err
			}
			n++
		}
	}
	for m := range out {
		s := &out[m]
		for k := range s.Before {
			s.Before[k] /= counts[k]
			s.After[k] /= counts[k]
		}
		s.BeforeGraph, s.AfterGraph, s.Basis = s.BeforeGraph/n, s.AfterGraph/n, s.Basis/n
	}
	text, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, append(text, '\n'))
}

// addSpectra adds one conversation's errors.
func addSpectra(out *[erc.NumModalities]Spectra, counts *[spectral.DefaultRank]float64, c *infer.Filled) error {
	complete := spectral.Graphs(spectral.RowsOf(c.Original, c.Available), spectral.DefaultWindow)
	recovered := spectral.Graphs(spectral.RowsOf(c.Sampled, allPresent(len(c.Present))), spectral.DefaultWindow)
	observed, err := spectral.Analyse(spectral.RowsOf(c.Original, c.Present), spectral.DefaultWindow, spectral.DefaultRank)
	if err != nil {
		return err
	}
	basis := observed.Basis
	for k := range basis.Rank() {
		counts[k]++
	}
	for m := range out {
		truth, before, after := complete[m], observed.Graphs[m], recovered[m]
		lambda := basis.Project(truth)
		s := &out[m]
		s.Before = addErrors(s.Before, lambda, basis.Project(before))
		s.After = addErrors(s.After, lambda, basis.Project(after))
		s.BeforeGraph += spectral.RelativeError(truth, before)
		s.AfterGraph += spectral.RelativeError(truth, after)
		s.Basis += spectral.RelativeError(truth, basis.Rebuild(lambda))
	}
	return nil
}

// addErrors adds |want − got| to sums that grow with the longest conversation.
func addErrors(sums, want, got []float64) []float64 {
	for k := range want {
		if k == len(sums) {
			sums = append(sums, 0)
		}
		sums[k] += math.Abs(want[k] - got[k])
	}
	return sums
}

func allPresent(n int) []erc.Present {
	out := make([]erc.Present, n)
	for i := range out {
		out[i] = erc.All
	}
	return out
}

// Spectra reads the SpectraFile, by modality.
func (d RunDir) Spectra() (out [erc.NumModalities]Spectra, err error) {
	path := d.path(SpectraFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = decodeJSON(text, &out)
	}
	if err != nil {
		return out, fault.Input("delete it and give the sweep again", "%s: %w", path, err)
	}
	return out, nil
}
