package diffusion

// Uniform has steps of equal length in t.
var Uniform = schedules.add("uniform", Schedule{
	Name: "uniform",
	Help: "Steps of equal length in time.",
	fill: func(_ SDE, times []float64) {
		steps := len(times) - 1
		end := times[steps]
		for i := 1; i < steps; i++ {
			times[i] = 1 - (1-end)*float64(i)/float64(steps)
		}
	},
})
