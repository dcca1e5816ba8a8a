package prior

import (
	"math"
	"slices"
	"testing"

	"gsdnet/erc"
	"gsdnet/model"
)

// The weights are the response of the estimates to a change of what is observed: component
// after component, averaged in proportion to the variances in the features.
func TestWeightsAreTheResponseOfTheMean(t *testing.T) {
	g, _ := fitted(t, true)
	c := unseen()[3]
	before := posterior(t, g, &c)
	for _, m := range erc.Modalities {
		observed, missing := split(&c, m)
		part, weights, mean := g.parts[m], before.Weights(m), before.Mean(m)
		whole, largest := 0.0, 0.0
		for _, v := range part.importance() {
			whole += v
		}
		for _, o := range observed {
			want := make([]float64, c.Len())
			for j, v := range part.importance() {
				unit := make([]float64, part.width())
				unit[j] = 1
				after := posterior(t, g, moved(&c, m, o, g.Raw(m, part.place(unit)))).Mean(m)
				for _, u := range missing {
					want[u] += v / whole * part.components(difference(after[u], mean[u]))[j]
				}
			}
			for _, u := range missing {
				largest = max(largest, math.Abs(want[u]))
				if math.Abs(weights[u][o]-want[u]) > 1e-5 {
					t.Errorf("%s: got the weight %g of utterance %d in %d, want the response %g", m, weights[u][o], o, u, want[u])
				}
			}
		}
		if largest < 0.05 {
			t.Errorf("%s: the largest response is %g, want some above 0.05", m, largest)
		}
	}
}

// moved adds a difference to the features of an observed utterance.
func moved(c *model.Conversation, m erc.Modality, u int, by []float32) *model.Conversation {
	out := *c
	out.Features[m] = slices.Clone(c.Features[m])
	out.Features[m][u] = slices.Clone(c.Features[m][u])
	for j := range by {
		out.Features[m][u][j] += by[j]
	}
	return &out
}

// The explained share is that of the dense computation, and 0 where nothing is observed.
func TestExplainedShare(t *testing.T) {
	seen, truth := corpus(1)
	g, _ := fit(t, tailed, true, seen, truth) // whose factors are no part of it
	for _, c := range unseen() {
		for _, m := range erc.Modalities {
			got, err := posterior(t, g, &c).Explained(m)
			if err != nil {
				t.Fatal(err)
			}
			for u, share := range got {
				if want := explained(g, m, &c, u); math.Abs(share-want) > 1e-9 {
					t.Errorf("%d utterances, %s, utterance %d: got %g, want %g", c.Len(), m, u, share, want)
				}
			}
		}
	}
}

// explained is 1 − the sum of conditional variances over that of the variances.
func explained(g *Gaussian, m erc.Modality, c *model.Conversation, u int) float64 {
	observed, missing := split(c, m)
	at := slices.Index(missing, u)
	if at < 0 {
		return 0
	}
	nothing := *c
	nothing.Present = make([]erc.Present, c.Len())
	left, whole := 0.0, 0.0
	for j, s := range g.parts[m].scale {
		_, after := conditional(g, m, c, j, make([]float64, len(observed)))
		_, before := conditional(g, m, &nothing, j, nil)
		left += s * s * after.At(at, at)
		whole += s * s * before.At(u, u)
	}
	return 1 - left/whole
}
