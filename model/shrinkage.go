package model

import (
	"gsdnet/erc"
)

// Shrinkage pulls recovered features towards the anchors of a forecast, such as the mean
// of the conversation, by factors fitted on the validation masks. A model completes its
// training conversations better than others, so its recovered features are too far from
// the anchors in new conversations. The factors are fitted in the same way for every
// model.
type Shrinkage struct {
	Gain [erc.NumModalities]Gain `json:"gain"` // the factors; nil leaves a modality unchanged
	// Residual [m][D_m] is the root mean square error after shrinkage, in standardised
	// units. It is empty for a modality that no validation mask withheld.
	Residual [erc.NumModalities][]float64 `json:"residual"`
}

// defaultResidual is the residual of a modality that was never withheld in validation. It
// is the standard deviation of a standardised feature in the training split, which is the
// error of completion by the mean.
const defaultResidual = 1

// Deviation returns the root mean square error of a recovered channel, in standardised
// units. It is 1 if no validation mask withheld the modality.
func (r *Shrinkage) Deviation(m erc.Modality, channel int) float64 {
	if channel < len(r.Residual[m]) {
		return r.Residual[m][channel]
	}
	return defaultResidual
}

// Gain holds the K factors g₁ … g_K in [0,1] that shrink the features x of a modality
// towards the K anchors a₁ … a_K of the forecast:
//
//	a₁ + g₁·(a₂ − a₁) + … + g_{K−1}·(a_K − a_{K−1}) + g_K·(x − a_K)
//
// A nil Gain leaves x unchanged.
type Gain []float64

// Apply returns sampled features [N][D_m] after shrinkage towards the anchors [K][N][D_m]. A
// nil Gain returns sampled itself.
func (g Gain) Apply(sampled [][]float32, anchors [][][]float32) [][]float32 {
	if g == nil {
		return sampled
	}
	out := make([][]float32, len(sampled))
	for u := range sampled {
		out[u] = make([]float32, len(sampled[u]))
		for j := range out[u] {
			from := anchors[0][u][j]
			out[u][j] = from
			for k, factor := range g {
				to := anchorOrSample(sampled, anchors, k+1)[u][j]
				out[u][j] += float32(factor) * (to - from)
				from = to
			}
		}
	}
	return out
}

// anchorOrSample returns anchor k, counted from 0, or the sample if k is their number.
func anchorOrSample(sampled [][]float32, anchors [][][]float32, k int) [][]float32 {
	if k < len(anchors) {
		return anchors[k]
	}
	return sampled
}
