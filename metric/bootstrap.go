package metric

import (
	"fmt"
	"math"
	"slices"

	"gsdnet/internal/stream"
	"gsdnet/metric/internal/numbers"
)

// Bootstrap compares two models on the same utterances by resampling these with
// replacement (Efron and Tibshirani, 1993, chapters 13 and 16). The zero value is
// ready and draws utterances one by one; but those of a conversation resemble each
// other, so give Groups, and whole conversations are drawn, or the intervals come
// out too narrow.
type Bootstrap struct {
	Groups     []int32 // conversation of each row; nil: every row is its own
	Replicates int     // 0: 2000
	Level      float64 // of the interval, in (0,1); 0: 0.95
	Seed       uint64
	// Stop is asked before every replicate whether to end: the interval and P are
	// then NaN. Nil never ends early.
	Stop func() bool
}

// Difference is the score of model a less that of model b, with its percentile
// interval.
//
// P is twice the smaller of the shares of replicates at or below 0 and at or above
// 0, one more being counted on either side, and at most 1: about 1 − the level at
// which the interval touches 0. It is read like a two-sided p-value but is not the
// outcome of an exact test.
//
// With fewer than two groups, or where Diff itself is undefined, there is nothing
// to resample, and Low, High and P are NaN.
type Difference struct {
	Diff       float64 `json:"diff"` // on the utterances as they are
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	P          float64 `json:"p"`
	Level      float64 `json:"level"`
	Replicates int     `json:"replicates"` // those in which the difference is defined
	Groups     int     `json:"groups"`     // conversations; utterances where no Groups were given
}

// Losses compares the means of losses of each utterance, as scores.AbsoluteErrors
// and MixtureCRPS return them. A row in which both are NaN is unlabelled and skipped.
func (b Bootstrap) Losses(lossesA, lossesB []float64) Difference {
	numbers.SameLength(len(lossesA), len(lossesB))
	rows := b.rows(len(lossesA), func(i int) bool {
		return !(math.IsNaN(lossesA[i]) && math.IsNaN(lossesB[i]))
	})
	sums := make([]float64, len(rows))
	for g := range rows {
		for _, i := range rows[g] {
			sums[g] += lossesA[i] - lossesB[i]
		}
	}
	return b.resample(len(rows), func(drawn []int) float64 {
		sum, n := 0.0, 0
		for _, g := range drawn {
			sum += sums[g]
			n += len(rows[g])
		}
		return sum / float64(n)
	})
}

// Metric compares predictions a and b by a metric, such as scores.ACC2 or scores.Corr. Rows
// without a label are skipped. Replicates in which the metric is not finite (no
// utterance with a sign was drawn, say) are left out.
func (b Bootstrap) Metric(metric func(labels, preds []float64) float64, labels, predsA, predsB []float64) Difference {
	numbers.SameLength(len(labels), len(predsA))
	numbers.SameLength(len(labels), len(predsB))
	var y, pa, pb []float64
	return b.statistic(len(labels), func(i int) bool { return !math.IsNaN(labels[i]) }, func(rows []int) float64 {
		y, pa, pb = y[:0], pa[:0], pb[:0]
		for _, i := range rows {
			y, pa, pb = append(y, labels[i]), append(pa, predsA[i]), append(pb, predsB[i])
		}
		return metric(y, pa) - metric(y, pb)
	})
}

// ClassMetric is Metric for emotion classes, such as classes.WA.
func (b Bootstrap) ClassMetric(metric func(labels, preds []int32) float64, labels, predsA, predsB []int32) Difference {
	numbers.SameLength(len(labels), len(predsA))
	numbers.SameLength(len(labels), len(predsB))
	var y, pa, pb []int32
	return b.statistic(len(labels), func(i int) bool { return labels[i] >= 0 }, func(rows []int) float64 {
		y, pa, pb = y[:0], pa[:0], pb[:0]
		for _, i := range rows {
			y, pa, pb = append(y, labels[i]), append(pa, predsA[i]), append(pb, predsB[i])
		}
		return metric(y, pa) - metric(y, pb)
	})
}

// Function compares by any function of n rows, which is given the numbers of the rows drawn
// and returns the difference on them. The slice it is given is reused.
func (b Bootstrap) Function(n int, diff func(rows []int) float64) Difference {
	return b.statistic(n, func(int) bool { return true }, diff)
}

// statistic resamples a function of rows; the slice it is given is reused.
func (b Bootstrap) statistic(n int, keep func(i int) bool, diff func(rows []int) float64) Difference {
	groups := b.rows(n, keep)
	var rows []int
	return b.resample(len(groups), func(drawn []int) float64 {
		rows = rows[:0]
		for _, g := range drawn {
			rows = append(rows, groups[g]...)
		}
		return diff(rows)
	})
}

// rows returns the kept rows of each group, groups in the order in which they
// come.
func (b Bootstrap) rows(n int, keep func(i int) bool) [][]int {
	if b.Groups != nil && len(b.Groups) != n {
		panic(fmt.Sprintf("metric: %d groups for %d rows", len(b.Groups), n))
	}
	var out [][]int
	place := map[int32]int{}
	for i := range n {
		if !keep(i) {
			continue
		}
		if b.Groups == nil {
			out = append(out, []int{i})
			continue
		}
		g, known := place[b.Groups[i]]
		if !known {
			g = len(out)
			place[b.Groups[i]] = g
			out = append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

// resample draws groups with replacement and collects the differences.
func (b Bootstrap) resample(groups int, diff func(drawn []int) float64) Difference {
	d := Difference{Level: b.Level, Groups: groups, Low: math.NaN(), High: math.NaN(), P: math.NaN()}
	if d.Level == 0 {
		d.Level = 0.95
	}
	if !(d.Level > 0 && d.Level < 1) || b.Replicates < 0 {
		panic(fmt.Sprintf("metric: bootstrap of level %g with %d replicates", b.Level, b.Replicates))
	}
	drawn := make([]int, groups)
	for g := range drawn {
		drawn[g] = g
	}
	d.Diff = diff(drawn)
	if groups < 2 || math.IsNaN(d.Diff) || math.IsInf(d.Diff, 0) {
		return d
	}
	rng := stream.New(b.Seed, "bootstrap")
	replicates := b.Replicates
	if replicates == 0 {
		replicates = 2000
	}
	var diffs []float64
	for range replicates {
		if b.Stop != nil && b.Stop() {
			return d
		}
		for g := range drawn {
			drawn[g] = rng.IntN(groups)
		}
		if x := diff(drawn); !math.IsNaN(x) && !math.IsInf(x, 0) {
			diffs = append(diffs, x)
		}
	}
	slices.Sort(diffs)
	d.Replicates = len(diffs)
	d.Low, d.High, d.P = numbers.Quantile(diffs, (1-d.Level)/2), numbers.Quantile(diffs, (1+d.Level)/2), twoSided(diffs)
	return d
}

// twoSided is P of a Difference, NaN of no replicates.
func twoSided(diffs []float64) float64 {
	if len(diffs) == 0 {
		return math.NaN()
	}
	below, above := 1.0, 1.0
	for _, x := range diffs {
		if x <= 0 {
			below++
		}
		if x >= 0 {
			above++
		}
	}
	return min(1, 2*min(below, above)/float64(len(diffs)+1))
}

// MarshalJSON writes a number that is not finite as null.
func (d Difference) MarshalJSON() ([]byte, error) { return numbers.Marshal(d) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (d *Difference) UnmarshalJSON(text []byte) error {
	type plain Difference
	return numbers.Unmarshal(text, (*plain)(d))
}
