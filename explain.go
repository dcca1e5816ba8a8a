package gsdnet

import (
	"context"

	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/missing"
	"gsdnet/spectral"
)

// GraphLoss says how much of the graphs of a conversation is lost if only some modalities
// are left.
type GraphLoss struct {
	Kept     string  `json:"kept"`     // the letters of the modalities that are left, as "ta"
	N        int     `json:"n"`        // graphs compared; the errors are 0 if it is 0
	Observed float64 `json:"observed"` // relative error of the graph of what is left
	Shared   float64 `json:"shared"`   // least error of a perfect spectral model
	Own      float64 `json:"own"`      // the same with eigenvalues in the order of their size
	Oracle   float64 `json:"oracle"`   // error of the true spectrum of the same rank
}

// Explain returns the loss of a corpus for every set of modalities that could be left of
// those that it has, from one modality to all but one. An utterance that has none of them
// keeps what it has. The errors are those of explain.GraphError, for features on the
// scale of the run. Its own errors are those of Predict.
func (r *Run) Explain(ctx context.Context, c *erc.Corpus) ([]GraphLoss, error) {
	if _, err := r.trained.AllSamples(c); err != nil {
		return nil, err
	}
	scaled, has := r.scaled(c)
	var kept []erc.Present
	for p := erc.None + 1; p < erc.All; p++ {
		if p&has == p && p != has {
			kept = append(kept, p)
		}
	}
	masks := make([]missing.Mask, len(kept))
	for i, p := range kept {
		masks[i] = missing.Mask{Split: erc.Test, Present: left(scaled, p)}
	}
	errors, err := explain.Spectra(ctx, scaled, erc.Test, masks, spectral.DefaultWindow, spectral.DefaultRank)
	if err != nil {
		return nil, err
	}
	out := make([]GraphLoss, len(kept))
	for i, e := range errors {
		out[i] = GraphLoss{Kept: kept[i].Letters(), N: e.N, Observed: e.Observed, Shared: e.Shared, Own: e.Own, Oracle: e.Oracle}
	}
	return out, nil
}

// scaled returns a corpus on the scale of the run, all of it in the test split, and which
// modalities it has at all. Without a training split explain.Spectra takes it as it is.
func (r *Run) scaled(c *erc.Corpus) (*erc.Corpus, erc.Present) {
	out, has := *c, erc.None
	out.Task = erc.NoLabels
	out.Conversations = make([]erc.Conversation, len(c.Conversations))
	for i, conv := range c.Conversations {
		conv.Split = erc.Test
		conv.Utterances = append([]erc.Utterance(nil), conv.Utterances...)
		for j := range conv.Utterances {
			u := &conv.Utterances[j]
			has |= u.Present
			for _, m := range erc.Modalities {
				if u.Present.Has(m) {
					u.Features[m] = r.trained.Scaler.Standardise(m, u.Features[m])
				}
			}
		}
		out.Conversations[i] = conv
	}
	return &out, has
}

// left lists what is left of every utterance if only some modalities are kept.
func left(c *erc.Corpus, kept erc.Present) []erc.Present {
	var out []erc.Present
	for i := range c.Conversations {
		for _, u := range c.Conversations[i].Utterances {
			p := u.Present & kept
			if p == erc.None {
				p = u.Present
			}
			out = append(out, p)
		}
	}
	return out
}
