package diffusion

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Prediction names the quantity that a network predicts from noisy data
// x = α·x₀ + s·ε. Each of the four is a linear function of another one and x; Convert
// gives the coefficients.
type Prediction string

// The quantities that a network can predict.
const (
	X0      Prediction = "x0"    // the clean sample E[x₀|x]
	Epsilon Prediction = "eps"   // the noise E[ε|x]
	Score   Prediction = "score" // the score ∇ log p(x)
	// Preconditioned is F of Karras et al. (NeurIPS 2022, Eq. 7) for data of unit
	// variance, E[(s·x₀ − α·ε)/r | x] with r = √(α² + s²). It has unit variance at every
	// time, and 0 stands for the optimum of data that are unit normals: the clean sample
	// α·x/r². A network that predicts it should read x/r.
	Preconditioned Prediction = "edm"
)

// ParsePrediction returns the prediction of a name. The error of an unknown name lists
// the known ones.
func ParsePrediction(name string) (Prediction, error) {
	known := []string{string(X0), string(Epsilon), string(Score), string(Preconditioned)}
	if slices.Contains(known, name) {
		return Prediction(name), nil
	}
	return "", fmt.Errorf("%q is not a prediction: use one of %s", name, strings.Join(known, ", "))
}

// Convert returns the coefficients a and b that turn a prediction v of one sort into
// the other sort, a·v + b·x, where the marginal is (α, s). α and s must be positive.
func Convert(from, to Prediction, alpha, std float64) (a, b float64) {
	a0, b0 := from.toClean(alpha, std)
	a1, b1 := to.fromClean(alpha, std)
	return a1 * a0, a1*b0 + b1
}

// toClean returns the coefficients of x₀ = a·v + b·x (Tweedie's formula).
func (p Prediction) toClean(alpha, std float64) (a, b float64) {
	switch p {
	case Epsilon:
		return -std / alpha, 1 / alpha
	case Score:
		return std * std / alpha, 1 / alpha
	case Preconditioned:
		r := math.Hypot(alpha, std)
		return std / r, alpha / (r * r)
	}
	return 1, 0
}

// fromClean returns the coefficients of v = a·x₀ + b·x.
func (p Prediction) fromClean(alpha, std float64) (a, b float64) {
	switch p {
	case Epsilon:
		return -alpha / std, 1 / std
	case Score:
		return alpha / (std * std), -1 / (std * std)
	case Preconditioned:
		r := math.Hypot(alpha, std)
		return r / std, -alpha / (r * std)
	}
	return 1, 0
}
