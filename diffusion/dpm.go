package diffusion

// DPM is the multistep DPM-Solver++ of second order: a DDIM step towards the clean
// sample extrapolated in ln(α/s) from this evaluation and the one before. The first
// step has no evaluation before it and is a DDIM step, and so is a step to t = 0, where
// ln(α/s) is infinite.
var DPM = declare(Sampler{
	Name:     "dpm++2m",
	Help:     "Deterministic, second order, one evaluation per step: it uses the evaluation of the step before.",
	Paper:    "Lu et al., DPM-Solver++, 2022, Algorithm 2",
	Reads:    X0,
	Order:    2,
	Step:     Cost{Evaluations: 1},
	LastStep: Cost{Evaluations: 1},
	step: func(w *walk, i int) {
		clean := w.evaluate(w.times[i])
		ahead := clean
		if before := w.memory; before != nil && w.times[i+1] > 0 {
			ahead = make([]vector, len(clean))
			for c, sde := range w.sdes {
				here := logSNR(sde, w.times[i])
				ratio := (logSNR(sde, w.times[i+1]) - here) / (here - logSNR(sde, w.times[i-1]))
				ahead[c] = w.combine(1+ratio/2, clean[c], -ratio/2, before[c])
			}
		}
		w.moveTowards(i, ahead)
		w.memory = clean
	},
})
