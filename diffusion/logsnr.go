package diffusion

// LogSNR has steps over which ln(α/s) rises by equal amounts, so that every step
// removes the same share of the noise. If the end is t = 0, where ln(α/s) is infinite,
// the steps are equal down to t = 0.001 and the last step goes from there to 0.
var LogSNR = schedules.add("logsnr", Schedule{
	Name:  "logsnr",
	Help:  "Steps that each remove the same share of the noise: equal in the logarithm of the signal-to-noise ratio.",
	Paper: "Lu et al., DPM-Solver, NeurIPS 2022",
	fill: func(sde SDE, times []float64) {
		steps := len(times) - 1
		low, equal := times[steps], steps
		if low == 0 {
			low, equal = smallestTime, steps-1
		}
		first, last := logSNR(sde, 1), logSNR(sde, low)
		for i := 1; i <= equal && i < steps; i++ {
			times[i] = timeOf(sde, first+(last-first)*float64(i)/float64(equal))
		}
	},
})
