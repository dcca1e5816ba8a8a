package diffusion

import (
	"fmt"
	"math"
)

// Schedule spaces the times of a sampler.
type Schedule string

// The schedules.
const (
	Uniform Schedule = "uniform" // even in t
	LogSNR  Schedule = "logsnr"  // even in ln(α/s), so that each step removes the same share of noise
)

// ParseSchedule returns the schedule of a name.
func ParseSchedule(name string) (Schedule, error) {
	switch s := Schedule(name); s {
	case Uniform, LogSNR:
		return s, nil
	}
	return "", fmt.Errorf("%q is no schedule: want %s or %s", name, Uniform, LogSNR)
}

// leastNoise is the smallest time a LogSNR schedule evaluates at; t = 0 has
// infinite signal-to-noise.
const leastNoise = 1e-3

// Times returns steps+1 decreasing times from 1 to end, for steps ≥ 1 and
// 0 ≤ end < 1. With end = 0, LogSNR spaces down to t = 0.001 and takes its last
// step from there.
func (s Schedule) Times(sde SDE, steps int, end float64) []float64 {
	times := make([]float64, steps+1)
	times[0], times[steps] = 1, end
	if s == LogSNR {
		spread(sde, times)
		return times
	}
	for i := 1; i < steps; i++ {
		times[i] = 1 - (1-end)*float64(i)/float64(steps)
	}
	return times
}

// spread fills the inner times so that they are even in log-SNR.
func spread(sde SDE, times []float64) {
	last := len(times) - 1
	low, inner := times[last], last
	if low == 0 {
		low, inner = leastNoise, last-1
	}
	first, end := logSNR(sde, 1), logSNR(sde, low)
	for i := 1; i <= inner && i < last; i++ {
		times[i] = timeAt(sde, first+(end-first)*float64(i)/float64(inner))
	}
}

// logSNR returns ln(α/s), which falls as t grows.
func logSNR(sde SDE, t float64) float64 {
	alpha, std := sde.Marginal(t)
	return math.Log(alpha) - math.Log(std)
}

// timeAt inverts logSNR by bisection.
func timeAt(sde SDE, want float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if mid := (low + high) / 2; logSNR(sde, mid) > want {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}
