package diffusion

import "math"

// PC is a predictor-corrector method: before every step of Euler, the predictor, it
// takes one step of Langevin dynamics at a fixed time, x + ε·score + √(2ε)·z with
// ε = 2(r·s)², the corrector.
//
// Song et al. choose ε by the norms of the score and the noise over a batch. Here ε
// follows from s(t), so that a sample does not depend on the others of its batch.
var PC = declare(Sampler{
	Name:     "pc",
	Help:     "Stochastic: a Langevin corrector before every step of euler, two evaluations per step.",
	Paper:    "Song et al., ICLR 2021, Algorithm 1",
	Reads:    Score,
	Order:    0, // the length of the corrector's step does not fall with the number of steps
	Step:     Cost{Evaluations: 2, Draws: 2},
	LastStep: Cost{Evaluations: 2, Draws: 1},
	End:      smallestTime,
	step: func(w *walk, i int) {
		t := w.times[i]
		score, noise := w.evaluate(t), w.draw()
		w.move(func(c int, sde SDE, x vector) vector {
			_, std := sde.Marginal(t)
			length := 2 * (correctorSNR * std) * (correctorSNR * std)
			x = w.combine(1, x, length, score[c])
			return w.combine(1, x, math.Sqrt(2*length), noise[c])
		})
		w.eulerMaruyama(i)
	},
})

// correctorSNR is r, the signal-to-noise ratio of the corrector (Song et al., ICLR
// 2021, Appendix G).
const correctorSNR = 0.16
