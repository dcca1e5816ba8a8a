package diffusion

import "math"

// Angle is Heun's method in the angle θ = atan(s/α) on the scaled state x/r, with
// r = √(α² + s²). In these variables the probability-flow equation is
// d(x/r) = −F dθ, where F is the Preconditioned prediction. Data that are unit normals
// have F = 0, so that their noise turns into data without an error, in any number of
// steps. A step to t = 0, where F is not defined, is an Euler step.
var Angle = declare(Sampler{
	Name:     "angle",
	Help:     "Deterministic, second order, two evaluations per step; exact in any number of steps for data that are unit normals.",
	Paper:    "Lu and Song, Simplifying, Stabilizing and Scaling Continuous-Time Consistency Models, ICLR 2025, Eq. 5",
	Reads:    Preconditioned,
	Order:    2,
	Step:     Cost{Evaluations: 2},
	LastStep: Cost{Evaluations: 1},
	step: func(w *walk, i int) {
		t, next := w.times[i], w.times[i+1]
		from, slope := w.state, w.evaluate(t)
		w.turn(from, slope, t, next)
		if next == 0 {
			return
		}
		after := w.evaluate(next)
		mean := make([]vector, len(slope))
		for c := range mean {
			mean[c] = w.combine(0.5, slope[c], 0.5, after[c])
		}
		w.turn(from, mean, t, next)
	},
})

// turn moves a state along F from a time to the next.
func (w *walk) turn(from, slope []vector, t, next float64) {
	w.move(func(c int, sde SDE, _ vector) vector {
		alpha, std := sde.Marginal(t)
		alphaNext, stdNext := sde.Marginal(next)
		by := math.Atan2(std, alpha) - math.Atan2(stdNext, alphaNext)
		r, rNext := math.Hypot(alpha, std), math.Hypot(alphaNext, stdNext)
		return w.combine(rNext/r, from[c], rNext*by, slope[c])
	})
}
