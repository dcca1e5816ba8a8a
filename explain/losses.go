package explain

import (
	"context"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// GraphLoss says how much of the graphs of a conversation is lost if only some modalities
// are left. The errors are those of GraphError.
type GraphLoss struct {
	Kept     string  `json:"kept"`     // the letters of the modalities that are left, as "ta"
	N        int     `json:"n"`        // graphs compared; the errors are 0 if it is 0
	Observed float64 `json:"observed"` // relative error of the graph of what is left
	Shared   float64 `json:"shared"`   // least error of a perfect spectral model
	Own      float64 `json:"own"`      // the same with eigenvalues in the order of their size
	Oracle   float64 `json:"oracle"`   // error of the true spectrum of the same rank
}

// losses fills in Losses: for every set of modalities that could be left of those that the
// conversation has, from one modality to all but one. An utterance that has none of them
// keeps what it has.
func (e *explainer) losses(ctx context.Context) error {
	has := erc.None
	for _, p := range e.base.Present {
		has |= p
	}
	for kept := erc.None + 1; kept < has; kept++ {
		if kept&has != kept {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		present := make([]erc.Present, len(e.base.Present))
		for u, p := range e.base.Present {
			if present[u] = p & kept; present[u] == erc.None {
				present[u] = p
			}
		}
		sums := errorSums{}
		if err := sums.add(e.sample, present, spectral.DefaultWindow, spectral.DefaultRank); err != nil {
			return err
		}
		g := sums.mean("")
		e.out.Losses = append(e.out.Losses, GraphLoss{kept.Letters(), g.N, g.Observed, g.Shared, g.Own, g.Oracle})
	}
	return nil
}
