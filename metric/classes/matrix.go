package classes

import (
	"encoding/json"
	"errors"
	"math"

	"gsdnet/metric/internal/confusion"
	"gsdnet/metric/internal/numbers"
)

// Confusion counts the labelled utterances of each class by the class that was predicted.
// Its JSON has the names and the counts, and in per_class the numbers of PerClass; a number
// that is not defined is null.
type Confusion struct {
	Names  []string `json:"classes"` // [C] of the classes
	Counts [][]int  `json:"counts"`  // [C][C] utterances by true class and predicted class
}

// ClassScores are the scores of one class. Precision is NaN for a class that is never
// predicted, Recall for one without labels, and F1 for one with neither.
type ClassScores struct {
	Name      string
	N         int     // labelled utterances of the class, its support
	Precision float64 // share of the utterances predicted to be of the class that are of it
	Recall    float64 // share of the utterances of the class that are predicted to be of it
	F1        float64 // 2·right / (support + predicted)
}

// Confuse counts predictions of classes with the given names. Labels below 0 are
// unlabelled and are not counted. A class without a name panics.
func Confuse(names []string, labels, preds []int32) *Confusion {
	numbers.SameLength(len(labels), len(preds))
	out := &Confusion{Names: names, Counts: confusion.New(len(names))}
	for i, y := range labels {
		if y >= 0 {
			out.Counts[y][preds[i]]++
		}
	}
	return out
}

// N returns the number of utterances counted.
func (c *Confusion) N() int { return confusion.Matrix(c.Counts).Total() }

// PerClass returns the scores of each class, in the order of Names.
func (c *Confusion) PerClass() []ClassScores {
	out := make([]ClassScores, len(c.Names))
	for i, name := range c.Names {
		right := float64(c.Counts[i][i])
		support, predicted := confusion.Matrix(c.Counts).Support(i), confusion.Matrix(c.Counts).Predicted(i)
		out[i] = ClassScores{
			Name: name, N: support, Precision: right / float64(predicted), Recall: right / float64(support),
			F1: 2 * right / float64(support+predicted),
		}
	}
	return out
}

// Shares returns the share of the utterances of each true class that each class was
// predicted for, [C][C]. The row of a class without labels is NaN. The diagonal holds the
// recall of each class.
func (c *Confusion) Shares() [][]float64 {
	out := make([][]float64, len(c.Counts))
	for i, row := range c.Counts {
		support := float64(confusion.Matrix(c.Counts).Support(i))
		for _, n := range row {
			out[i] = append(out[i], float64(n)/support)
		}
	}
	return out
}

// Add returns the sum of the counts of several parts with the same classes, such
// as masks of one split or folds of a cross-validation. Parts that are nil are left out. It
// is nil without any part, and if parts have different numbers of classes.
func Add(parts ...*Confusion) *Confusion {
	var out *Confusion
	for _, part := range parts {
		switch {
		case part == nil:
			continue
		case out == nil:
			out = &Confusion{Names: part.Names, Counts: confusion.New(len(part.Counts))}
		case len(part.Counts) != len(out.Counts):
			return nil
		}
		for i, row := range part.Counts {
			for j, n := range row {
				out.Counts[i][j] += n
			}
		}
	}
	return out
}

// MarshalJSON writes the names, the counts and the scores of each class.
func (c Confusion) MarshalJSON() ([]byte, error) {
	type class struct {
		Class     string   `json:"class"`
		N         int      `json:"n"`
		Precision *float64 `json:"precision"`
		Recall    *float64 `json:"recall"`
		F1        *float64 `json:"f1"`
	}
	number := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	classes := []class{}
	for _, s := range c.PerClass() {
		classes = append(classes, class{s.Name, s.N, number(s.Precision), number(s.Recall), number(s.F1)})
	}
	type plain Confusion
	return json.Marshal(struct {
		plain
		PerClass []class `json:"per_class"`
	}{plain(c), classes})
}

// UnmarshalJSON reads the names and the counts. Its errors are counts that are not a square
// with one row for each name, and a count below 0.
func (c *Confusion) UnmarshalJSON(text []byte) error {
	type plain Confusion
	var read plain
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	if len(read.Counts) != len(read.Names) {
		return errors.New("metric: a confusion matrix does not have one row for each class")
	}
	for _, row := range read.Counts {
		if len(row) != len(read.Names) {
			return errors.New("metric: a confusion matrix is not square")
		}
		for _, n := range row {
			if n < 0 {
				return errors.New("metric: a confusion matrix has a count below 0")
			}
		}
	}
	*c = Confusion(read)
	return nil
}
