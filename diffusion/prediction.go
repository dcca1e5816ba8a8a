package diffusion

import "fmt"

// Prediction is what a network says about a noisy x = α·x₀ + s·ε. The three are
// the same knowledge; each is a linear function of another and of x.
type Prediction string

// The kinds of prediction.
const (
	X0      Prediction = "x0"    // the clean sample E[x₀|x]
	Epsilon Prediction = "eps"   // the noise E[ε|x]
	Score   Prediction = "score" // ∇ log p(x)
)

// ParsePrediction returns the prediction of a name.
func ParsePrediction(name string) (Prediction, error) {
	switch p := Prediction(name); p {
	case X0, Epsilon, Score:
		return p, nil
	}
	return "", fmt.Errorf("%q is no prediction: want %s, %s or %s", name, X0, Epsilon, Score)
}

// Convert returns the a and b that turn a prediction v at marginal (α, s) into
// another one: a·v + b·x. α and s must be positive.
func Convert(from, to Prediction, alpha, std float64) (a, b float64) {
	a0, b0 := from.toClean(alpha, std)
	a1, b1 := to.fromClean(alpha, std)
	return a1 * a0, a1*b0 + b1
}

// toClean is Tweedie's formula: x₀ = a·v + b·x.
func (p Prediction) toClean(alpha, std float64) (a, b float64) {
	switch p {
	case Epsilon:
		return -std / alpha, 1 / alpha
	case Score:
		return std * std / alpha, 1 / alpha
	}
	return 1, 0
}

func (p Prediction) fromClean(alpha, std float64) (a, b float64) {
	switch p {
	case Epsilon:
		return -alpha / std, 1 / std
	case Score:
		return alpha / (std * std), -1 / (std * std)
	}
	return 1, 0
}
