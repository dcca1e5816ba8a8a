package spectral

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// Bounds of the shapes that a fit considers.
const (
	fitWhite          = 0.01 // least white share
	minTheta          = 0.01
	maxTheta          = 1e4
	searchEvaluations = 60   // for each parameter of a shape
	searchStep        = 0.5  // edge of the first simplex, in logits
	searchTolerance   = 0.05 // nats
)

// refine returns the shape nearby under which the components are most likely. A part of
// the shape whose absence costs less than the Bayesian information criterion would grant
// its parameters is left out.
func (d *training) refine(ctx context.Context, s Shape, components []int) (Shape, error) {
	if len(components) == 0 {
		return s, nil
	}
	var failed error
	loss := func(s Shape) float64 {
		score, _, err := d.score(ctx, s, components)
		if err != nil {
			failed = err
			return math.Inf(1)
		}
		return -floats.Sum(score)
	}
	x := encode(s, d.speakers)
	problem := optimize.Problem{
		Func: func(x []float64) float64 { return loss(decode(x)) },
		Status: func() (optimize.Status, error) {
			return optimize.NotTerminated, failed
		},
	}
	settings := &optimize.Settings{
		FuncEvaluations: searchEvaluations * len(x),
		Converger:       &optimize.FunctionConverge{Absolute: searchTolerance, Iterations: 5 * len(x)},
	}
	result, err := optimize.Minimize(problem, x, settings, &optimize.NelderMead{SimplexSize: searchStep})
	if failed != nil {
		return s, failed
	}
	if err != nil {
		return s, err
	}
	best, least := decode(result.X), result.F
	if now := loss(s); now < least {
		best, least = s, now
	}
	allowance := math.Log(float64(d.rows*len(components)+1)) / 2
	for _, simpler := range []func(*Shape){
		func(s *Shape) { s.White += s.SpeakerLowPass; s.SpeakerLowPass, s.SpeakerTheta = 0, 0 },
		func(s *Shape) { s.White += s.SpeakerConstant; s.SpeakerConstant = 0 },
		func(s *Shape) { s.White += s.LowPass; s.LowPass, s.Theta = 0, 0 },
		func(s *Shape) { s.White += s.Constant; s.Constant = 0 },
	} {
		try := best
		simpler(&try)
		if try == best {
			continue
		}
		if now := loss(try); now < least+allowance {
			best, least = try, min(now, least)
		}
	}
	return best, failed
}

// encode maps a shape to free parameters: the logarithms of the shares relative to the
// white share, and of the thetas.
func encode(s Shape, speakers bool) []float64 {
	white := math.Log(max(s.White-fitWhite, 1e-3))
	logit := func(share float64) float64 { return math.Log(max(share, 1e-3)) - white }
	theta := func(v float64) float64 { return math.Log(min(max(v, minTheta), maxTheta)) }
	x := []float64{logit(s.Constant), logit(s.LowPass), theta(orOne(s.Theta))}
	if speakers {
		x = append(x, logit(s.SpeakerConstant), logit(s.SpeakerLowPass), theta(orOne(s.SpeakerTheta)))
	}
	return x
}

func orOne(theta float64) float64 {
	if theta == 0 {
		return 1
	}
	return theta
}

// decode is the inverse of encode. The white share is at least fitWhite.
func decode(x []float64) Shape {
	weight := func(v float64) float64 { return math.Exp(min(max(v, -12), 12)) }
	theta := func(v float64) float64 { return min(max(math.Exp(v), minTheta), maxTheta) }
	s := Shape{Constant: weight(x[0]), LowPass: weight(x[1]), Theta: theta(x[2])}
	if len(x) > 3 {
		s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta = weight(x[3]), weight(x[4]), theta(x[5])
	}
	scale := (1 - fitWhite) / (1 + s.Constant + s.LowPass + s.SpeakerConstant + s.SpeakerLowPass)
	s.Constant *= scale
	s.LowPass *= scale
	s.SpeakerConstant *= scale
	s.SpeakerLowPass *= scale
	s.White = 1 - s.Constant - s.LowPass - s.SpeakerConstant - s.SpeakerLowPass
	return s
}
