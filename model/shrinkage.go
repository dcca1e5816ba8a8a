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
	Gain [erc.NumModalities]Gain `json:"gain"`
	// Residual [m][D_m] is the root mean square of what is then missed. It is empty
	// for a modality that no validation mask withheld.
	Residual [erc.NumModalities][]float64 `json:"residual"`
}

// unmeasured is the residual of a modality that was never withheld in validation:
// the deviation of a standardised feature in training, which is what is known of a
// feature without any completion.
const defaultResidual = 1

// Deviation returns the root mean square error of a recovered channel, in standardised
// units.
func (r *Shrinkage) Deviation(m erc.Modality, channel int) float64 {
	if channel < len(r.Residual[m]) {
		return r.Residual[m][channel]
	}
	return defaultResidual
}

// Gain says what the departures of a modality are worth, a factor in [0,1] for
// each: from the first of the forecast's anchors to the second and so on, and from
// the last to what was sampled. Nil takes samples as they are.
type Gain []float64

// Apply returns rows [N][D_m] weighed: the first anchor and the departures from it.
func (g Gain) Apply(sampled [][]float32, anchors [][][]float32) [][]float32 {
	if g == nil {
		return sampled
	}
	out := make([][]float32, len(sampled))
	for u := range sampled {
		out[u] = make([]float32, len(sampled[u]))
		for j := range out[u] {
			at := anchors[0][u][j]
			out[u][j] = at
			for k, factor := range g {
				to := anchorOrSample(sampled, anchors, k+1)[u][j]
				out[u][j] += float32(factor) * (to - at)
				at = to
			}
		}
	}
	return out
}

// station is the k-th of the anchors with the sample behind them.
func anchorOrSample(sampled [][]float32, anchors [][][]float32, k int) [][]float32 {
	if k < len(anchors) {
		return anchors[k]
	}
	return sampled
}
