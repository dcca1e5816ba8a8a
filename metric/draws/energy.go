package draws

import (
	"fmt"
	"math"

	"gsdnet/metric/internal/numbers"
)

// EnergyScore scores K draws [K,q] of a vector against its truth [q], the smaller the
// better:
//
//	1/K·Σ|xᵢ−y| − 1/(2K(K−1))·ΣΣ|xᵢ−xⱼ|
//
// with Euclidean distances: the CRPS of several dimensions (Gneiting and Raftery, JASA
// 102, 2007, Eq. 21), in the unbiased form of CRPS, so that models with different K
// compare. Its expectation is least for draws from the distribution of the truth. A
// single draw gives |x−y|, no draws give NaN.
func EnergyScore(truth []float64, draws [][]float64) float64 {
	k := float64(len(draws))
	score := 0.0
	for i, x := range draws {
		score += distance(x, truth) / k
		for _, other := range draws[:i] {
			score -= distance(x, other) / (k * (k - 1))
		}
	}
	return numbers.OrNaN(score, len(draws) > 0)
}

// EnergyScores returns the EnergyScore of every row, for the truth [n,q] and K draws
// [K,n,q]. Their mean is the score of a completion, and Bootstrap.Losses compares those
// of two.
func EnergyScores(truth [][]float64, draws [][][]float64) []float64 {
	sameDraws(truth, draws)
	out := make([]float64, len(truth))
	of := make([][]float64, len(draws))
	for i, y := range truth {
		for k := range draws {
			of[k] = draws[k][i]
		}
		out[i] = EnergyScore(y, of)
	}
	return out
}

// ConversationEnergyScores returns the EnergyScore of the mean row of every conversation,
// in the order of ConversationMeans, for the truth [n,q] and K draws [K,n,q]. It says
// whether draws vary from conversation to conversation as the truth does: rows drawn
// independently average to much less variation.
func ConversationEnergyScores(truth [][]float64, draws [][][]float64, conversations []int32, least int) []float64 {
	sameDraws(truth, draws)
	means := make([][][]float64, len(draws))
	for k := range draws {
		means[k] = ConversationMeans(draws[k], conversations, least)
	}
	return EnergyScores(ConversationMeans(truth, conversations, least), means)
}

// ConversationMeans returns the mean of the rows [n,q] of every conversation that has at
// least so many rows, in the order of the conversations' first rows. conversations [n]
// says which conversation each row is from.
func ConversationMeans(rows [][]float64, conversations []int32, least int) [][]float64 {
	sameLength(len(rows), len(conversations))
	place := map[int32]int{}
	var sums [][]float64
	var counts []int
	for i, row := range rows {
		at, known := place[conversations[i]]
		if !known {
			at = len(sums)
			place[conversations[i]] = at
			sums, counts = append(sums, make([]float64, len(row))), append(counts, 0)
		}
		counts[at]++
		for j, x := range row {
			sums[at][j] += x
		}
	}
	var means [][]float64
	for at, sum := range sums {
		if counts[at] < least {
			continue
		}
		for j := range sum {
			sum[j] /= float64(counts[at])
		}
		means = append(means, sum)
	}
	return means
}

func distance(x, y []float64) float64 {
	sum := 0.0
	for j, v := range x {
		sum += (v - y[j]) * (v - y[j])
	}
	return math.Sqrt(sum)
}

// sameDraws panics unless every draw has the shape of the truth.
func sameDraws(truth [][]float64, draws [][][]float64) {
	for k, draw := range draws {
		if len(draw) != len(truth) {
			panic(fmt.Sprintf("draws: draw %d has %d rows, the truth has %d", k, len(draw), len(truth)))
		}
		for i := range draw {
			if len(draw[i]) != len(truth[i]) {
				panic(fmt.Sprintf("draws: draw %d, row %d: %d features, the truth has %d", k, i, len(draw[i]), len(truth[i])))
			}
		}
	}
}
