package draws_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/metric"
	"gsdnet/metric/draws"
	"gsdnet/metric/recovery"
)

// near wants two numbers equal to a part in 10¹⁰, NaN being equal to NaN.
func near(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-10*max(1, math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) != math.IsNaN(want) {
		t.Errorf("%s: got %g, want %g", what, got, want)
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

// By hand: draws at distances 5 and 13 of the truth and 8 of each other score
// 18/2 − 8/2 = 5.
func TestEnergyScoreByHand(t *testing.T) {
	near(t, "two draws", draws.EnergyScore([]float64{0, 0}, [][]float64{{3, 4}, {3 + 8*0.6, 4 + 8*0.8}}), 5)
	near(t, "one draw", draws.EnergyScore([]float64{1, 1}, [][]float64{{4, 5}}), 5)
	near(t, "no draw", draws.EnergyScore([]float64{1, 1}, nil), math.NaN())
	drawn := [][]float64{{1}, {2.5}, {-1}}
	near(t, "one dimension is the CRPS", draws.EnergyScore([]float64{0.7}, drawn), draws.CRPS([]float64{1, 2.5, -1}, 0.7))
}

// normalDraws draws a truth [n,q] and k draws of it, whose deviation and common part per
// conversation differ from the truth's by scale and shared: the truth has deviation 1 and
// half of its variance in common.
func normalDraws(rng *rand.Rand, conversations, length, q, k int, scale, shared float64) (truth [][]float64, drawn [][][]float64, of []int32, at []int) {
	sample := func(scale, shared float64) (rows [][]float64) {
		for range conversations {
			common := make([]float64, q)
			for j := range common {
				common[j] = math.Sqrt(shared) * rng.NormFloat64()
			}
			for range length {
				row := make([]float64, q)
				for j := range row {
					row[j] = scale * (common[j] + math.Sqrt(1-shared)*rng.NormFloat64())
				}
				rows = append(rows, row)
			}
		}
		return rows
	}
	for c := range conversations {
		for i := range length {
			of, at = append(of, int32(c)), append(at, i)
		}
	}
	truth = sample(1, 0.5)
	for range k {
		drawn = append(drawn, sample(scale, shared))
	}
	return truth, drawn, of, at
}

// Draws from the distribution of the truth score better, by every score, than draws that
// are too narrow; and better by the scores of conversations than draws of independent
// rows, which the scores of single cells cannot tell from them.
func TestScoresFavourTheTrueDistribution(t *testing.T) {
	type scores struct{ cell, conversation, crps, coverage, conversationCoverage, lag float64 }
	score := func(scale, shared float64) scores {
		truth, drawn, of, at := normalDraws(rand.New(rand.NewPCG(61, 1)), 120, 10, 4, 16, scale, shared)
		var means [][][]float64
		lag := 0.0
		for _, d := range drawn {
			means = append(means, draws.ConversationMeans(d, of, 5))
			lag += draws.LagOne(d, of, at) / float64(len(drawn))
		}
		return scores{
			mean(draws.EnergyScores(truth, drawn)), mean(draws.ConversationEnergyScores(truth, drawn, of, 5)), mean(draws.FeatureCRPS(truth, drawn)),
			draws.Cover(truth, drawn, 0.8)[0].Covered, draws.Cover(draws.ConversationMeans(truth, of, 5), means, 0.8)[0].Covered, lag,
		}
	}
	right, narrow, independent := score(1, 0.5), score(0.3, 0.5), score(1, 0)
	if right.cell > 0.95*narrow.cell || right.conversation > 0.95*narrow.conversation || right.crps > 0.95*narrow.crps {
		t.Errorf("true draws %+v, narrow draws %+v: want the first at least 5 %% lower", right, narrow)
	}
	if right.conversation > 0.95*independent.conversation {
		t.Errorf("true draws %+v, independent rows %+v: want the conversation score at least 5 %% lower", right, independent)
	}
	within(t, "cells of independent rows", independent.cell, right.cell, 0.03)
	// 4,800 values in 120 conversations and 480 conversation means: deviations .02.
	ideal := draws.IdealCoverage(0.8, 16)
	within(t, "coverage", right.coverage, ideal, 0.05)
	within(t, "coverage of conversations", right.conversationCoverage, ideal, 0.07)
	if independent.conversationCoverage > 0.5 || narrow.coverage > 0.4 {
		t.Errorf("got coverage %.2f of independent rows' conversation means and %.2f of narrow draws, want much less than %.2f", independent.conversationCoverage, narrow.coverage, ideal)
	}
	within(t, "lag one", right.lag, 0.5, 0.05)
	within(t, "lag one of independent rows", independent.lag, 0, 0.05)
}

func TestDrawCoverageByHand(t *testing.T) {
	within(t, "16 draws", draws.IdealCoverage(0.8, 16), 0.706, 5e-4)
	within(t, "8 draws", draws.IdealCoverage(0.8, 8), 0.622, 5e-4)
	drawn := [][][]float64{{{0, 0}}, {{1, 1}}, {{2, 2}}, {{3, 3}}, {{4, 4}}} // quartiles 1 and 3
	got := draws.Cover([][]float64{{1, 3.1}}, drawn, 0.5)[0]
	if want := (draws.Coverage{Level: 0.5, Draws: 5, N: 2, Covered: 0.5, Ideal: 0.5 * 4 / 6}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	empty := draws.Cover(nil, nil)
	if len(empty) != len(metric.Levels) || !math.IsNaN(empty[0].Covered) {
		t.Errorf("got %+v of nothing, want NaN for each level", empty)
	}
	if text, err := json.Marshal(got); err != nil || string(text) != `{"level":0.5,"draws":5,"n":2,"covered":0.5,"ideal":0.3333333333333333}` {
		t.Errorf("got %s and %v", text, err)
	}
}

func TestMeansByHand(t *testing.T) {
	rows := [][]float64{{1, 2}, {10, 20}, {3, 4}, {5, 6}}
	got := draws.ConversationMeans(rows, []int32{7, 1, 7, 7}, 2)
	if len(got) != 1 || got[0][0] != 3 || got[0][1] != 4 {
		t.Errorf("got %v, want [[3 4]]", got)
	}
	m := draws.Mean([][][]float64{{{1, 2}}, {{3, 6}}})
	if m[0][0] != 2 || m[0][1] != 4 {
		t.Errorf("got %v, want [[2 4]]", m)
	}
	near(t, "RMSE of the mean", recovery.RMSE([][]float64{{2, 7}}, m), 3/math.Sqrt2)
	// Pairs (0,1) of conversation 1 and (2,3) of conversation 2 are neighbours: (1·10 + 2·20 + 3·5 + 4·6)/4.
	near(t, "lag one", draws.LagOne(rows, []int32{1, 1, 2, 2}, []int{4, 5, 6, 7}), (10+40+15+24)/4.)
	near(t, "no neighbours", draws.LagOne(rows, []int32{1, 1, 2, 2}, []int{1, 3, 6, 8}), math.NaN())
}

// The rows that are compared are those of a seed, and no more than are said.
func TestTwoSample(t *testing.T) {
	a, b := cloud(1000, 0, 1, 1), cloud(1000, 0, 0.3, 2)
	mmd2, apart := draws.TwoSample(a, b, 1)
	again, apartAgain := draws.TwoSample(a, b, 1)
	if mmd2 != again || apart != apartAgain || mmd2 < 0.05 || apart < 0.75 {
		t.Errorf("got MMD² %g and told apart %g, then %g and %g, want different samples and the same figures", mmd2, apart, again, apartAgain)
	}
	mmd2, apart = draws.TwoSample(a, cloud(1000, 0, 1, 3), 1)
	within(t, "MMD² of one distribution", mmd2, 0, 0.01)
	within(t, "told apart of one distribution", apart, 0.5, 0.1)
	few, _ := draws.TwoSample(a[:40], b[:40], 9)
	near(t, "all of few rows", few, draws.MMD(a[:40], b[:40]))
}

func TestDrawsOfAnotherShapePanic(t *testing.T) {
	for name, drawn := range map[string][][][]float64{"rows": {{{1}}}, "features": {{{1}, {2, 3}}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: got no panic", name)
				}
			}()
			draws.EnergyScores([][]float64{{1}, {2}}, drawn)
		}()
	}
}
