package synthetic

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// OracleMAE returns the mean absolute error of the best possible prediction of a
// synthetic score from the present modalities of that one utterance, knowing
// the world exactly. Nothing that looks at single utterances can do better, and
// a model has learnt the world when it comes close; one that uses the
// neighbours as well may go below. With no modality it is the error of always
// saying 0.
//
// Emotion and features are jointly Gaussian, so the emotion given the features
// is N(μ, v), with the same v for every utterance and μ ~ N(0, 1-v). The label
// is a rising function of emotion and noise; its median, which is what the
// absolute error asks for, is that function at μ. What remains is an integral
// over μ and over the label given μ.
func (c Config) OracleMAE(p erc.Present) float64 {
	v := c.Resolved().remainingVariance(p)
	spread := math.Sqrt(v + raterNoise*raterNoise)
	between := math.Sqrt(max(0, 1-v))
	const reach, step = 6, 0.02 // deviations; the rest weighs 1e-9
	total, mass := 0.0, 0.0
	for a := -float64(reach); a <= reach; a += step {
		best := float64(score(between * a))
		for b := -float64(reach); b <= reach; b += step {
			weight := math.Exp(-(a*a + b*b) / 2)
			total += weight * math.Abs(float64(score(between*a+spread*b))-best)
			mass += weight
		}
	}
	return total / mass
}

// remainingVariance is v = 1 - hᵀ S⁻¹ h, the variance of the emotion given the
// features of the present modalities: S their covariance, h theirs with the
// emotion.
func (c Config) remainingVariance(p erc.Present) float64 {
	if p&erc.All == erc.None {
		return 1
	}
	var rows [][latents]float64 // what each channel shows of z
	var noise [][]float64       // what it shows of the noise of the views, of all modalities
	offset, width := 0, 0
	for _, m := range erc.Modalities {
		width += len(views[m])
	}
	channels := channelMaps(c.Dims)
	for _, m := range erc.Modalities {
		if p.Has(m) {
			for _, weights := range channels[m] {
				var shown [latents]float64
				extra := make([]float64, width)
				for v, weight := range weights {
					for j := range latents {
						shown[j] += weight * views[m][v][j]
					}
					extra[offset+v] = weight * c.Noise * viewNoise[m]
				}
				rows, noise = append(rows, shown), append(noise, extra)
			}
		}
		offset += len(views[m])
	}
	return 1 - explained(rows, noise, c.Noise*channelNoise)
}

// explained is hᵀ S⁻¹ h for channels that mix the state and noise as given and
// have independent noise of their own.
func explained(rows [][latents]float64, noise [][]float64, own float64) float64 {
	n := len(rows)
	s, h := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		h.SetVec(i, rows[i][0])
		for j := i; j < n; j++ {
			sum := 0.0
			for k := range rows[i] {
				sum += rows[i][k] * rows[j][k]
			}
			for k := range noise[i] {
				sum += noise[i][k] * noise[j][k]
			}
			if i == j {
				sum += own * own
			}
			s.SetSym(i, j, sum)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(s) {
		panic("synthetic: covariance of the channels is not positive definite")
	}
	var solved mat.VecDense
	if err := chol.SolveVecTo(&solved, h); err != nil {
		panic("synthetic: " + err.Error()) // the noise keeps it well conditioned
	}
	return mat.Dot(h, &solved)
}
