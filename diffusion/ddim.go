package diffusion

// DDIM keeps the predicted clean sample and the predicted noise of a state and changes
// only their proportions. It is exact in any number of steps if the clean sample does
// not depend on the time.
var DDIM = declare(Sampler{
	Name:     "ddim",
	Help:     "Deterministic, first order, one evaluation per step.",
	Paper:    "Song, Meng and Ermon, DDIM, ICLR 2021, Eq. 12 with σ = 0",
	Reads:    X0,
	Order:    1,
	Step:     Cost{Evaluations: 1},
	LastStep: Cost{Evaluations: 1},
	step: func(w *walk, i int) {
		w.moveTowards(i, w.evaluate(w.times[i]))
	},
})

// moveTowards moves the state x = α·x₀ + s·ε to x' = α'·x₀ + s'·ε for given clean
// samples x₀. At t = 0 the state becomes the clean sample.
func (w *walk) moveTowards(i int, clean []vector) {
	w.move(func(c int, sde SDE, x vector) vector {
		alpha, std := sde.Marginal(w.times[i])
		alphaNext, stdNext := sde.Marginal(w.times[i+1])
		keep := stdNext / std
		return w.combine(keep, x, alphaNext-keep*alpha, clean[c])
	})
}
