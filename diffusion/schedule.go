package diffusion

import "math"

// Schedule chooses the times at which a sampler evaluates the network. A declaration
// is one file, such as uniform.go.
type Schedule struct {
	Name  string // in settings, as "uniform"
	Help  string // one sentence
	Paper string // where it is from; "" if it is common knowledge
	// fill sets times[1:last]. The first and the last time are set already.
	fill func(sde SDE, times []float64)
}

var schedules = registry[Schedule]{noun: "schedule"}

// Schedules returns the declared schedules in the order of their names.
func Schedules() []Schedule { return schedules.list() }

// ParseSchedule returns the schedule of a name. The error of an unknown name lists the
// known ones.
func ParseSchedule(name string) (Schedule, error) { return schedules.find(name) }

// Times returns steps+1 decreasing times from 1 to end. It needs steps ≥ 1 and
// 0 ≤ end < 1.
func (s Schedule) Times(sde SDE, steps int, end float64) []float64 {
	times := make([]float64, steps+1)
	times[0], times[steps] = 1, end
	s.fill(sde, times)
	return times
}

// smallestTime is the smallest time above 0 that is worth an evaluation: below it the
// noise is smaller than rounding. Song et al. (ICLR 2021) stop sampling with VP there too.
const smallestTime = 1e-3

// logSNR returns ln(α/s), half the logarithm of the signal-to-noise ratio. It falls as
// t grows and is infinite at t = 0.
func logSNR(sde SDE, t float64) float64 {
	alpha, std := sde.Marginal(t)
	return math.Log(alpha) - math.Log(std)
}

// timeOf returns the time at which logSNR has a value, found by bisection.
func timeOf(sde SDE, want float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if middle := (low + high) / 2; logSNR(sde, middle) > want {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
