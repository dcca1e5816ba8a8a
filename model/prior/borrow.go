package prior

import (
	"gsdnet/erc"
	"gsdnet/spectral"
)

// Weights returns the weights [n][n] with which the estimate of a missing modality takes the
// residuals of the utterances that have it: those of spectral.Posterior.Weights, averaged
// over the components in proportion to their variance in the features. It is nil of a
// modality that training lacked.
func (p *Posterior) Weights(m erc.Modality) [][]float64 {
	if p.residual[m] == nil {
		return nil
	}
	return p.residual[m].Weights(p.prior.parts[m].importance())
}

// Explained returns the share [n] of the variance of a missing residual that the residuals
// of other utterances explain: 1 − Σ v_c/Σ w_c, where v_c is the conditional variance of
// component c in the features and w_c its variance where nothing is observed. It is 0 where
// the modality is observed, and nil of a modality that training lacked.
func (p *Posterior) Explained(m erc.Modality) ([]float64, error) {
	if p.residual[m] == nil {
		return nil, nil
	}
	part := p.prior.parts[m]
	nothing, err := part.filter.Condition(spectral.Track{Rows: make([][]float64, p.n), Observed: make([]bool, p.n), Speakers: p.speakers})
	if err != nil {
		return nil, err
	}
	before, after := nothing.Variance(), p.residual[m].Variance() // of the filter alone, without the factors of Tails
	out := make([]float64, p.n)
	for u := range out {
		if p.known[m][u] != nil {
			continue
		}
		left, whole := 0.0, 0.0
		for j, s := range part.scale {
			left += s * s * after[u][j]
			whole += s * s * before[u][j]
		}
		if whole > 0 {
			out[u] = 1 - left/whole
		}
	}
	return out, nil
}

// importance returns the variance of each component in the features, [q].
func (p *part) importance() []float64 {
	out := make([]float64, p.width())
	for j, s := range p.scale {
		out[j] = s * s * p.filter.Variances[j]
	}
	return out
}
