package metric

import (
	"math"

	"gsdnet/metric/internal/confusion"
	"gsdnet/metric/internal/numbers"
)

// Sums computes a metric from sums over utterances. Since these add up over conversations, a
// bootstrap adds the sums of the conversations that it drew and never looks at utterances.
type Sums struct {
	// Width returns the number of sums. Classes is the number of classes, 0 for scores.
	Width func(classes int) int
	// Add adds a labelled utterance with a prediction that is a number. Classes are whole
	// numbers from 0 on.
	Add func(sums []float64, label, pred float64)
	// Value returns the metric, NaN without utterances.
	Value func(sums []float64) float64
}

// signSums counts the utterances with a label other than 0 by the sign of label and prediction.
func signSums(value func(confusion.Matrix) float64) *Sums {
	positive := func(x float64) int {
		if x > 0 {
			return 1
		}
		return 0
	}
	return &Sums{
		Width: func(int) int { return 4 },
		Add: func(sums []float64, label, pred float64) {
			if label != 0 {
				sums[2*positive(label)+positive(pred)]++
			}
		},
		Value: func(sums []float64) float64 { return value(matrixOf(sums, 2)) },
	}
}

// classSums counts utterances by class and predicted class.
func classSums(value func(confusion.Matrix) float64) *Sums {
	return &Sums{
		Width: func(classes int) int { return classes * classes },
		Add: func(sums []float64, label, pred float64) {
			sums[int(label)*classesOf(sums)+int(pred)]++
		},
		Value: func(sums []float64) float64 { return value(matrixOf(sums, classesOf(sums))) },
	}
}

func classesOf(sums []float64) int { return int(math.Sqrt(float64(len(sums)))) }

func matrixOf(sums []float64, classes int) confusion.Matrix {
	c := confusion.New(classes)
	for i := range c {
		for j := range c[i] {
			c[i][j] = int(sums[i*classes+j])
		}
	}
	return c
}

// varies is the smallest share of a sum of squares that counts as variation around the mean:
// less is rounding of the sums.
const varies = 1e-12

// corrSums is Pearson's correlation from the number, the sums, the squares and the products.
var corrSums = &Sums{
	Width: func(int) int { return 6 },
	Add: func(s []float64, y, p float64) {
		s[0]++
		s[1], s[2] = s[1]+y, s[2]+p
		s[3], s[4], s[5] = s[3]+y*y, s[4]+p*p, s[5]+y*p
	},
	Value: func(s []float64) float64 {
		if s[0] == 0 {
			return math.NaN()
		}
		yy, pp, yp := s[3]-s[1]*s[1]/s[0], s[4]-s[2]*s[2]/s[0], s[5]-s[1]*s[2]/s[0]
		if yy <= varies*s[3] || pp <= varies*s[4] {
			return 0
		}
		return max(-1, min(1, yp/math.Sqrt(yy*pp)))
	},
}

// Sums compares predictions a and b by a metric of sums: the mean of the metric over strata,
// which are numbered from 0 on, for example the masks of several missing rates. Rows without a
// label are skipped, and so are classes below 0. A prediction that is not a number makes the
// difference NaN.
func (b Bootstrap) Sums(s *Sums, classes int, strata []int, labels, predsA, predsB []float64) Difference {
	numbers.SameLength(len(labels), len(strata))
	numbers.SameLength(len(labels), len(predsA))
	numbers.SameLength(len(labels), len(predsB))
	count := 0
	for _, k := range strata {
		count = max(count, k+1)
	}
	groups := b.rows(len(labels), func(i int) bool { return !math.IsNaN(labels[i]) && (classes == 0 || labels[i] >= 0) })
	width, valid := s.Width(classes), true
	sums := make([][2][]float64, len(groups)) // of each group, for a and b: [stratum][sum]
	for g, rows := range groups {
		sums[g] = [2][]float64{make([]float64, count*width), make([]float64, count*width)}
		for _, i := range rows {
			if math.IsNaN(predsA[i]) || math.IsNaN(predsB[i]) {
				valid = false
				continue
			}
			at := strata[i] * width
			s.Add(sums[g][0][at:at+width], labels[i], predsA[i])
			s.Add(sums[g][1][at:at+width], labels[i], predsB[i])
		}
	}
	total := [2][]float64{make([]float64, count*width), make([]float64, count*width)}
	return b.resample(len(groups), func(drawn []int) float64 {
		if !valid {
			return math.NaN()
		}
		difference := 0.0
		for side, sign := range []float64{1, -1} {
			clear(total[side])
			for _, g := range drawn {
				for i, x := range sums[g][side] {
					total[side][i] += x
				}
			}
			for at := 0; at < len(total[side]); at += width {
				difference += sign * s.Value(total[side][at:at+width]) / float64(count)
			}
		}
		return difference
	})
}
