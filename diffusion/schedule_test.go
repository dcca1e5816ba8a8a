package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

func TestSchedules(t *testing.T) {
	for name, sde := range sdes() {
		for _, schedule := range []diffusion.Schedule{diffusion.Uniform, diffusion.LogSNR} {
			for _, steps := range []int{1, 2, 3, 8, 50} {
				for _, end := range []float64{0, 1e-3} {
					times := schedule.Times(sde, steps, end)
					if len(times) != steps+1 || times[0] != 1 || times[steps] != end {
						t.Errorf("%s, %s, %d steps: %v", name, schedule, steps, times)
					}
					for i := range steps {
						if times[i+1] >= times[i] {
							t.Errorf("%s, %s, %d steps: %v is not decreasing", name, schedule, steps, times)
						}
					}
				}
			}
		}
	}
}

func TestLogSNRIsEven(t *testing.T) {
	for name, sde := range sdes() {
		times := diffusion.LogSNR.Times(sde, 6, 0)
		ratio := func(at float64) float64 {
			alpha, std := sde.Marginal(at)
			return math.Log(alpha / std)
		}
		near(t, name+": last evaluation", times[5], 1e-3, 1e-9)
		for i := range 4 {
			near(t, name, ratio(times[i+1])-ratio(times[i]), (ratio(times[5])-ratio(times[0]))/5, 1e-6)
		}
	}
}
