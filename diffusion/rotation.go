package diffusion

import "math"

// Rotation has steps over which the angle atan(s/α) falls by equal amounts.
var Rotation = schedules.add("rotation", Schedule{
	Name:  "rotation",
	Help:  "Steps over which the angle between signal and noise, atan(s/α), falls by equal amounts.",
	Paper: "Lu and Song, ICLR 2025",
	fill: func(sde SDE, times []float64) {
		steps := len(times) - 1
		angle := func(t float64) float64 {
			alpha, std := sde.Marginal(t)
			return math.Atan2(std, alpha)
		}
		first, last := angle(1), angle(times[steps])
		for i := 1; i < steps; i++ {
			times[i] = timeOf(sde, -math.Log(math.Tan(first+(last-first)*float64(i)/float64(steps))))
		}
	},
})
