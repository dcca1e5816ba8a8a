// Package explain says why a result is what it is.
//
// Spectra asks what a conversation's graph loses when modalities are missing, and
// how much of it any diffusion of the spectrum could bring back.
//
// Start reading at Spectra.
package explain

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/spectral"
)

// GraphError is the mean of ‖A_m − Â_m‖_F / ‖A_m‖_F over the conversations and
// modalities in which something is missing, for several Â_m: what MATHS calls the
// diagnostic of the basis.
type GraphError struct {
	Rule     string  `json:"rule"`
	N        int     `json:"n"`        // graphs compared
	Observed float64 `json:"observed"` // the graph as observed, holes filled by the other modalities
	Shared   float64 `json:"shared"`   // true λ_m = diag(UᵀA_mU) in the reference's eigenvectors: the best a perfect s_φ could do
	Own      float64 `json:"own"`      // true sorted eigenvalues in the reference's eigenvectors, as the paper prints it
	Oracle   float64 `json:"oracle"`   // true eigenvalues in the true eigenvectors, of the same rank
}

// Spectra measures the graphs of a split under each mask, with edges up to window
// utterances apart (0: all) and rank eigenvalues (0: all). Conversations of more than
// train.MaxLength utterances are measured in pieces. It ends soon after ctx does.
func Spectra(ctx context.Context, c *erc.Corpus, split erc.Split, masks []missing.Mask, window, rank int) ([]GraphError, error) {
	scaler := model.FitScaler(c.In(erc.Train), c.Dims)
	samples := infer.Pieces(infer.Samples(c.In(split), scaler))
	out := make([]GraphError, len(masks))
	for i, mask := range masks {
		sums := errorSums{}
		rest := mask.Present
		for j := range samples {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			n := samples[j].Len()
			if err := sums.add(&samples[j], rest[:n], window, rank); err != nil {
				return nil, err
			}
			rest = rest[n:]
		}
		out[i] = sums.mean(mask.String())
	}
	return out, nil
}

// errorSums collects relative errors.
type errorSums struct {
	n                             int
	observed, shared, own, oracle float64
}

func (s *errorSums) mean(rule string) GraphError {
	n := float64(max(s.n, 1))
	return GraphError{Rule: rule, N: s.n, Observed: s.observed / n, Shared: s.shared / n, Own: s.own / n, Oracle: s.oracle / n}
}

// add compares the graphs of one conversation.
func (s *errorSums) add(sample *infer.Sample, present []erc.Present, window, rank int) error {
	truth := sample.Observe(sample.Present())
	seen := sample.Observe(present)
	complete := spectral.Graphs(model.GraphRows(truth.Features, truth.Present), window)
	observed, err := spectral.Analyse(model.GraphRows(seen.Features, seen.Present), window, rank)
	if err != nil {
		return err
	}
	for _, m := range erc.Modalities {
		if lacks(seen.Present, m) {
			if err := s.compare(observed.Basis, complete[m], observed.Graphs[m]); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare adds the errors of one modality's graph.
func (s *errorSums) compare(reference *spectral.Spectrum, truth, observed *mat.SymDense) error {
	rank := reference.Rank()
	own, err := spectral.Eigenvalues(truth, rank)
	if err != nil {
		return err
	}
	oracle, err := spectral.Decompose(truth, rank)
	if err != nil {
		return err
	}
	kept := mat.NewSymDense(truth.SymmetricDim(), nil)
	kept.ScaleSym(-1, oracle.Rest)
	kept.AddSym(kept, truth)
	s.n++
	s.observed += spectral.RelativeError(truth, observed)
	s.shared += spectral.RelativeError(truth, reference.Rebuild(reference.Project(truth)))
	s.own += spectral.RelativeError(truth, reference.Rebuild(own))
	s.oracle += spectral.RelativeError(truth, kept)
	return nil
}

// lacks says that some utterance has no modality m.
func lacks(present []erc.Present, m erc.Modality) bool {
	for _, p := range present {
		if !p.Has(m) {
			return true
		}
	}
	return false
}
