// Package explain measures why a result is what it is.
//
// Explain explains the prediction of one conversation: what it owes to each modality (exact
// Shapley values), to other utterances and to the edges of the graph (by withholding them),
// where the estimates of missing cells come from, and what knowing a missing cell would do.
//
// Spectra measures how much of a conversation's graph is lost when modalities are
// missing, and how much of it a diffusion of the spectrum could recover at best:
//
//	errors, err := explain.Spectra(ctx, corpus, erc.Test, masks, 6, 32)
//	fmt.Println(errors[0].Observed, errors[0].Shared)
//
// The example of Spectra is a complete program. Start reading at Explanation.
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

// GraphError holds mean relative errors ‖A_m − Â_m‖_F / ‖A_m‖_F of graphs under one mask.
// A_m is the graph of modality m of a complete conversation, Â_m an estimate of it. The
// mean is over the conversations and modalities in which something is missing. Each
// error belongs to another estimate:
type GraphError struct {
	Rule     string  `json:"rule"`     // the rule of the mask
	N        int     `json:"n"`        // number of graphs compared; the errors are 0 if it is 0
	Observed float64 `json:"observed"` // the observed graph, with missing rows filled by the other modalities
	Shared   float64 `json:"shared"`   // the true diag(UᵀA_mU) in the eigenvectors U of the reference graph: the limit of a perfect spectral model
	Own      float64 `json:"own"`      // the true sorted eigenvalues in the eigenvectors U, as the GSDNet paper prints it
	Oracle   float64 `json:"oracle"`   // the true eigenvalues in the true eigenvectors, of the same rank
}

// Spectra returns the errors of the graphs of a split under each mask. Edges join
// utterances at most window apart (0: all), and estimates have rank eigenvalues (0: all).
// A mask has one entry per utterance of the split, in order. Conversations that are too
// long for a model are measured in pieces (infer.Pieces). When ctx ends, Spectra returns
// its error.
func Spectra(ctx context.Context, c *erc.Corpus, split erc.Split, masks []missing.Mask, window, rank int) ([]GraphError, error) {
	scaler := model.FitScaler(c.In(erc.Train), c.Dims)
	samples := infer.Pieces(infer.Samples(c.In(split), scaler))
	out := make([]GraphError, len(masks))
	for i, mask := range masks {
		sums := errorSums{}
		present := mask.Present // of the samples that follow
		for j := range samples {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			n := samples[j].Len()
			if err := sums.add(&samples[j], present[:n], window, rank); err != nil {
				return nil, err
			}
			present = present[n:]
		}
		out[i] = sums.mean(mask.String())
	}
	return out, nil
}

// errorSums adds up the relative errors of n graphs.
type errorSums struct {
	n                             int
	observed, shared, own, oracle float64
}

// mean returns the mean errors.
func (s *errorSums) mean(rule string) GraphError {
	n := float64(max(s.n, 1))
	return GraphError{Rule: rule, N: s.n, Observed: s.observed / n, Shared: s.shared / n, Own: s.own / n, Oracle: s.oracle / n}
}

// add adds the errors of one conversation: of each modality that is missing somewhere.
func (s *errorSums) add(sample *infer.Sample, present []erc.Present, window, rank int) error {
	truth := sample.Observe(sample.Present())
	seen := sample.Observe(present)
	complete := spectral.Graphs(spectral.RowsOf(truth.Features, truth.Present), window)
	observed, err := spectral.Analyse(spectral.RowsOf(seen.Features, seen.Present), window, rank)
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

// lacks reports whether m is missing in some utterance.
func lacks(present []erc.Present, m erc.Modality) bool {
	for _, p := range present {
		if !p.Has(m) {
			return true
		}
	}
	return false
}
