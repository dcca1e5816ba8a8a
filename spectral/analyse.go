package spectral

import (
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// Defaults of the graph of a conversation, for models, measures and the command alike.
const (
	DefaultWindow = 6  // largest distance between two linked utterances
	DefaultRank   = 32 // number of eigenvalues kept
)

// Analysis is what the observed features of one conversation say about its graphs.
type Analysis struct {
	Graphs [erc.NumModalities]*mat.SymDense // A_m [N,N] of every modality, as Graphs returns them
	Basis  *Spectrum                        // of A_ref, in which all modalities' graphs are described
}

// Analyse builds the graph of every modality of a conversation and the basis that
// they share. The rows are those of the features that a model may see. Edges join
// utterances at most window apart (0: all), and the basis keeps min(N, rank)
// eigenvalues (0: all). The graphs of the complete conversation, where they are known,
// are compared with it by Graphs and Spectrum.Project. The error is ErrDecompose.
func Analyse(x Rows, window, rank int) (*Analysis, error) {
	weights := Weights(x, window)
	basis, err := Decompose(Reference(weights), rank)
	if err != nil {
		return nil, err
	}
	return &Analysis{Graphs: normalised(weights), Basis: basis}, nil
}

// Graphs returns the normalised graph A_m [N,N] of every modality: Weights, then
// Normalise. It is the part of Analyse that needs no decomposition.
func Graphs(x Rows, window int) [erc.NumModalities]*mat.SymDense {
	return normalised(Weights(x, window))
}

func normalised(weights [erc.NumModalities]*mat.SymDense) (graphs [erc.NumModalities]*mat.SymDense) {
	for m, w := range weights {
		graphs[m] = Normalise(w)
	}
	return graphs
}
