package diffusion

import "math"

// Euler is the Euler–Maruyama method for the reverse-time SDE, Eq. 16 of the GSDNet
// paper with its Δt written out: x' = x + (−f·x + g²·score)·Δt + g·√Δt·z. The last step
// adds no noise.
var Euler = declare(Sampler{
	Name:     "euler",
	Help:     "Stochastic (Euler–Maruyama), first order, one evaluation per step: the GSDNet paper's sampler; it needs many steps.",
	Paper:    "Song et al., ICLR 2021, Section 4.1",
	Reads:    Score,
	Order:    1,
	Step:     Cost{Evaluations: 1, Draws: 1},
	LastStep: Cost{Evaluations: 1},
	End:      smallestTime,
	step:     (*walk).eulerMaruyama,
})

// eulerMaruyama is one step of Euler.
func (w *walk) eulerMaruyama(i int) {
	t := w.times[i]
	dt := t - w.times[i+1]
	score := w.evaluate(t)
	last := i == len(w.times)-2
	var noise []vector
	if !last {
		noise = w.draw()
	}
	w.move(func(c int, sde SDE, x vector) vector {
		g := sde.Diffusion(t)
		x = w.combine(1-sde.Drift(t)*dt, x, g*g*dt, score[c])
		if last {
			return x
		}
		return w.combine(1, x, g*math.Sqrt(dt), noise[c])
	})
}
