package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// Every schedule falls from 1 to the end in the number of steps that was asked for.
func TestSchedules(t *testing.T) {
	for name, sde := range sdes() {
		for _, schedule := range diffusion.Schedules() {
			for _, steps := range []int{1, 2, 3, 8, 50} {
				for _, end := range []float64{0, 1e-3} {
					times := schedule.Times(sde, steps, end)
					if len(times) != steps+1 || times[0] != 1 || times[steps] != end {
						t.Errorf("%s, %s, %d steps: %v", name, schedule.Name, steps, times)
					}
					for i := range steps {
						if times[i+1] >= times[i] {
							t.Errorf("%s, %s, %d steps: %v is not decreasing", name, schedule.Name, steps, times)
						}
					}
				}
			}
		}
	}
}

// The logarithm of the signal-to-noise ratio changes by the same amount in each step:
// down to the end, or to 0.001 and then in one last step if the end is 0.
func TestLogSNRIsEven(t *testing.T) {
	const steps = 6
	for name, sde := range sdes() {
		ratio := func(at float64) float64 {
			alpha, std := sde.Marginal(at)
			return math.Log(alpha / std)
		}
		for _, c := range []struct {
			end, lowest float64
			even        int // how many steps are even
		}{{0, 1e-3, steps - 1}, {1e-3, 1e-3, steps}, {0.2, 0.2, steps}} {
			times := diffusion.LogSNR.Times(sde, steps, c.end)
			near(t, name+": lowest", times[c.even], c.lowest, 1e-9)
			share := (ratio(c.lowest) - ratio(1)) / float64(c.even)
			for i := range c.even {
				near(t, name, ratio(times[i+1])-ratio(times[i]), share, 1e-6)
			}
		}
	}
}

func TestUniformIsEven(t *testing.T) {
	for _, end := range []float64{0, 1e-3, 0.5} {
		times := diffusion.Uniform.Times(sdes()["ve 25"], 8, end)
		for i := range 8 {
			near(t, "step", times[i]-times[i+1], (1-end)/8, 1e-12)
		}
	}
}
