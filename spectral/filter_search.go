package spectral

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// Bounds of the shapes that a fit considers.
const (
	fitWhite         = 0.01 // least white share
	minTheta         = 0.01
	maxTheta         = 1e4
	searchIterations = 60
	searchTolerance  = 0.1 // nats, also of the change by a parameter
)

// refine returns the shape nearby under which the components are most likely. A part of
// the shape is left out if that costs less than the Bayesian information criterion grants
// a parameter.
func (d *training) refine(ctx context.Context, s Shape, components []int) (Shape, error) {
	if len(components) == 0 {
		return s, nil
	}
	search := &search{ctx: ctx, selection: d.pick(components)}
	best, least := s, search.loss(s, nil)
	if found, loss := search.minimise(s); loss < least {
		best, least = found, loss
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
		if loss := search.loss(try, nil); loss < least+allowance {
			best, least = try, min(loss, least)
		}
	}
	return best, search.failed
}

// search minimises the negative log likelihood of a selection over shapes.
type search struct {
	ctx context.Context
	*selection
	failed error
}

// loss is the negative log likelihood of a shape. It writes the derivatives with respect
// to the parameters of encode into gradient, unless that is nil.
func (s *search) loss(shape Shape, gradient []float64) float64 {
	var by *slope
	if gradient != nil {
		by = newSlope(len(s.components))
	}
	score, variance, err := s.score(s.ctx, shape, by)
	if err != nil {
		s.failed = err
		return math.Inf(1)
	}
	if gradient != nil {
		descend(gradient, shape, by.of(variance))
	}
	return -floats.Sum(score)
}

// minimise returns the shape that BFGS finds from a start, and its loss.
func (s *search) minimise(start Shape) (Shape, float64) {
	x := encode(start, s.speakers)
	at, gradient, loss := make([]float64, len(x)), make([]float64, len(x)), math.NaN()
	evaluate := func(x []float64) {
		if math.IsNaN(loss) || !floats.Equal(x, at) {
			copy(at, x)
			loss = s.loss(decode(x), gradient)
		}
	}
	problem := optimize.Problem{
		Func:   func(x []float64) float64 { evaluate(x); return loss },
		Grad:   func(g, x []float64) { evaluate(x); copy(g, gradient) },
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, s.failed },
	}
	settings := &optimize.Settings{
		GradientThreshold: searchTolerance,
		MajorIterations:   searchIterations,
		Converger:         &optimize.FunctionConverge{Absolute: searchTolerance, Iterations: 3},
	}
	// An error says that the line search ended, which it does near the optimum.
	result, _ := optimize.Minimize(problem, x, settings, &optimize.BFGS{})
	if result == nil || s.failed != nil {
		return start, math.Inf(1)
	}
	return decode(result.X), result.F
}

// descend writes the derivatives of the loss with respect to the parameters of encode,
// given those of the log likelihood with respect to the fields of a shape.
func descend(gradient []float64, s Shape, by [numFields]float64) {
	shares := []float64{s.Constant, s.LowPass, s.Theta, s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta}
	total := 0.0
	for k := range gradient {
		if k != thetaField && k != speakerThetaField {
			total += (by[k] - by[whiteField]) * shares[k]
		}
	}
	for k := range gradient {
		switch {
		case k != thetaField && k != speakerThetaField:
			gradient[k] = -shares[k] * (by[k] - by[whiteField] - total/(1-fitWhite))
		case minTheta < shares[k] && shares[k] < maxTheta:
			gradient[k] = -shares[k] * by[k]
		default:
			gradient[k] = 0
		}
	}
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
