package draws

import (
	"fmt"
	"slices"

	"gsdnet/internal/stream"
	"gsdnet/metric"
	"gsdnet/metric/internal/numbers"
)

// Mean returns the mean [n,q] of K draws [K,n,q], the point estimate whose RMSE is
// reported. It is nil of no draws.
func Mean(draws [][][]float64) [][]float64 {
	if len(draws) == 0 {
		return nil
	}
	sameDraws(draws[0], draws)
	mean := make([][]float64, len(draws[0]))
	for i := range mean {
		mean[i] = make([]float64, len(draws[0][i]))
		for _, draw := range draws {
			for j, x := range draw[i] {
				mean[i][j] += x / float64(len(draws))
			}
		}
	}
	return mean
}

// FeatureCRPS returns for every row the mean over its features of CRPS, for the
// truth [n,q] and K draws [K,n,q]. Unlike EnergyScores it does not see whether the
// features of a row belong together.
func FeatureCRPS(truth [][]float64, draws [][][]float64) []float64 {
	sameDraws(truth, draws)
	out := make([]float64, len(truth))
	of := make([]float64, len(draws))
	for i, row := range truth {
		for j, y := range row {
			for k := range draws {
				of[k] = draws[k][i][j]
			}
			out[i] += CRPS(of, y) / float64(len(row))
		}
	}
	return out
}

// Coverage says how often the central interval of K draws held the truth.
type Coverage struct {
	Level   float64 `json:"level"`
	Draws   int     `json:"draws"`   // K
	N       int     `json:"n"`       // values
	Covered float64 `json:"covered"` // share of values in the interval, ends included
	Ideal   float64 `json:"ideal"`   // what draws from the distribution of the truth would give: IdealCoverage
}

// Cover returns the coverage of the Interval of K draws, one for each level
// (none given: metric.Levels), for the truth [n,q] and draws [K,n,q]. For the coverage of
// conversations pass their ConversationMeans. It is NaN of no values or no draws. A level
// outside (0,1) panics.
func Cover(truth [][]float64, draws [][][]float64, levels ...float64) []Coverage {
	sameDraws(truth, draws)
	if len(levels) == 0 {
		levels = metric.Levels[:]
	}
	out := make([]Coverage, len(levels))
	for l, level := range levels {
		if !(level > 0 && level < 1) {
			panic(fmt.Sprintf("draws: interval level %g", level))
		}
		out[l] = Coverage{Level: level, Draws: len(draws), Ideal: IdealCoverage(level, len(draws))}
	}
	of := make([]float64, len(draws))
	for i, row := range truth {
		for j, y := range row {
			for k := range draws {
				of[k] = draws[k][i][j]
			}
			slices.Sort(of)
			for l, level := range levels {
				out[l].N++
				if numbers.Quantile(of, (1-level)/2) <= y && y <= numbers.Quantile(of, (1+level)/2) {
					out[l].Covered++
				}
			}
		}
	}
	for l := range out {
		out[l].Covered = numbers.OrNaN(out[l].Covered/float64(out[l].N), out[l].N > 0 && len(draws) > 0)
	}
	return out
}

// IdealCoverage returns the share of values that the Interval of a level holds when
// the K draws and the truth come from one distribution: level·(K−1)/(K+1), which is .706
// for 16 draws and .622 for 8 at level .8. Between two neighbours of K+1 exchangeable
// values the truth falls with chance 1/(K+1). This is exact where the interval ends on
// draws, and for uniform distributions; the interpolation between draws is approximate for
// others.
func IdealCoverage(level float64, draws int) float64 {
	return level * float64(draws-1) / float64(draws+1)
}

// TwoSampleRows is the most rows of which TwoSample takes account. The accuracy of its
// classifier depends on this number: do not compare figures for different ones.
const TwoSampleRows = 150

// TwoSample compares the rows of a draw [n,q] with the truth [n,q] as samples of two
// distributions. It returns their MMD and their Separability, of TwoSampleRows rows chosen
// by a seed, or of all rows where there are fewer.
func TwoSample(truth, draw [][]float64, seed uint64) (mmd2, apart float64) {
	sameShape(truth, draw)
	n := min(len(truth), TwoSampleRows)
	a, b := make([][]float64, n), make([][]float64, n)
	for to, from := range stream.New(seed, "two-sample").Perm(len(truth))[:n] {
		a[to], b[to] = truth[from], draw[from]
	}
	return MMD(a, b), Separability(a, b, seed)
}

// LagOne returns the mean product of neighbouring values, over the features of rows [n,q]
// that follow each other in a conversation: row i is utterance positions[i] of
// conversations[i], and rows must be in order. Compare its value for a draw with that for
// the truth: an interpolation that is too smooth raises it and independent rows bring it
// to about 0. It is the autocovariance of centred features, and their autocorrelation
// where their variance is 1. It is NaN if no two rows are neighbours.
func LagOne(rows [][]float64, conversations []int32, positions []int) float64 {
	sameLength(len(rows), len(conversations))
	sameLength(len(rows), len(positions))
	sum, n := 0.0, 0
	for i := 1; i < len(rows); i++ {
		if conversations[i] != conversations[i-1] || positions[i] != positions[i-1]+1 {
			continue
		}
		for j, x := range rows[i] {
			sum += x * rows[i-1][j]
		}
		n += len(rows[i])
	}
	return numbers.OrNaN(sum/float64(n), n > 0)
}

// MarshalJSON writes a number that is not finite as null.
func (c Coverage) MarshalJSON() ([]byte, error) { return numbers.Marshal(c) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (c *Coverage) UnmarshalJSON(text []byte) error {
	type plain Coverage
	return numbers.Unmarshal(text, (*plain)(c))
}
