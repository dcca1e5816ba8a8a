// Package confusion has the confusion matrix, and the metrics that are functions of it.
package confusion

// Matrix counts utterances by [true class][predicted class].
type Matrix [][]int

// New returns a matrix of zeros for a number of classes.
func New(classes int) Matrix {
	c := make(Matrix, classes)
	for i := range c {
		c[i] = make([]int, classes)
	}
	return c
}

// Total returns the number of utterances.
func (c Matrix) Total() (n int) {
	for i := range c {
		n += c.Support(i)
	}
	return n
}

// Support returns the number of utterances of class i.
func (c Matrix) Support(i int) (n int) {
	for _, k := range c[i] {
		n += k
	}
	return n
}

// Predicted returns the number of utterances for which class i is predicted.
func (c Matrix) Predicted(i int) (n int) {
	for _, row := range c {
		n += row[i]
	}
	return n
}

// Accuracy is Σᵢ c[i][i] / total, NaN without utterances.
func (c Matrix) Accuracy() float64 {
	right := 0
	for i := range c {
		right += c[i][i]
	}
	return float64(right) / float64(c.Total())
}

// Recall is the mean over the classes with support of c[i][i] / support, NaN without
// utterances.
func (c Matrix) Recall() float64 {
	sum, classes := 0.0, 0
	for i := range c {
		if n := c.Support(i); n > 0 {
			sum += float64(c[i][i]) / float64(n)
			classes++
		}
	}
	return sum / float64(classes)
}

// WeightedF1 is Σᵢ supportᵢ·F1ᵢ / Σᵢ supportᵢ with
// F1ᵢ = 2·c[i][i] / (supportᵢ + predictedᵢ); NaN without utterances. A class that is
// never predicted has F1 0, and a class without support has weight 0.
func (c Matrix) WeightedF1() float64 {
	sum := 0.0
	for i := range c {
		if n := c.Support(i); n > 0 {
			sum += float64(n) * 2 * float64(c[i][i]) / float64(n+c.Predicted(i))
		}
	}
	return sum / float64(c.Total())
}
