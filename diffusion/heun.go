package diffusion

// Heun takes a DDIM step, evaluates the network at its end, and repeats the step with
// the mean of the noise predicted at both ends. In the variables x/α and s/α the
// probability-flow equation is d(x/α) = ε d(s/α), to which this is Heun's method. A
// step to t = 0, where the noise is not defined, remains a DDIM step.
var Heun = declare(Sampler{
	Name:     "heun",
	Help:     "Deterministic, second order, two evaluations per step.",
	Paper:    "Karras et al., NeurIPS 2022, Algorithm 1",
	Reads:    X0,
	Order:    2,
	Step:     Cost{Evaluations: 2},
	LastStep: Cost{Evaluations: 1},
	step: func(w *walk, i int) {
		t, next := w.times[i], w.times[i+1]
		from, clean := w.state, w.evaluate(t)
		w.moveTowards(i, clean)
		if next == 0 {
			return
		}
		cleanNext := w.evaluate(next)
		w.move(func(c int, sde SDE, x vector) vector {
			alpha, std := sde.Marginal(t)
			alphaNext, stdNext := sde.Marginal(next)
			noise := w.combine(1/std, from[c], -alpha/std, clean[c])
			noiseNext := w.combine(1/stdNext, x, -alphaNext/stdNext, cleanNext[c])
			mean := w.combine(0.5, noise, 0.5, noiseNext)
			return w.combine(alphaNext/alpha, from[c], alphaNext*(stdNext/alphaNext-std/alpha), mean)
		})
	},
})
