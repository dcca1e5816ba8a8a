package audio

import (
	"math"
	"slices"
	"strconv"
)

// functional sums a contour up in one number, 0 of an empty one.
type functional struct {
	name string
	of   func(values []float64) float64
}

// brief and full are the functionals of a contour.
var (
	brief = []functional{{"mean", mean}, {"sd", deviation}}
	full  = []functional{
		{"mean", mean}, {"sd", deviation},
		{"p20", func(v []float64) float64 { return percentile(v, 0.2) }},
		{"p50", func(v []float64) float64 { return percentile(v, 0.5) }},
		{"p80", func(v []float64) float64 { return percentile(v, 0.8) }},
		{"slope", slope},
	}
)

func mean(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// deviation is the standard deviation of the values themselves, with divisor n.
func deviation(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	m := mean(v)
	var sum float64
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(v)))
}

// percentile interpolates between the sorted values, of which the first is at 0 and the
// last at 1.
func percentile(v []float64, share float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(v))
	at := share * float64(len(v)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// slope is that of the line of least squares through the values, for each second of
// values, 0 of fewer than two.
func slope(v []float64) float64 {
	if len(v) < 2 {
		return 0
	}
	centre, m := float64(len(v)-1)/2, mean(v)
	var up, down float64
	for i, x := range v {
		d := float64(i) - centre
		up += d * (x - m)
		down += d * d
	}
	return up / down * Rate / hop
}

// value is a feature of the whole turn.
type value struct {
	name  string
	value float64
}

// rhythm describes when there is a voice, in seconds and for each second.
func (c *Contours) rhythm() []value {
	seconds := float64(len(c.Pitch)) * hop / Rate
	var voiced, pauses []float64 // lengths of the stretches
	share := 0.0
	for start := 0; start < len(c.Pitch); {
		end := start + 1
		for end < len(c.Pitch) && (c.Pitch[end] > 0) == (c.Pitch[start] > 0) {
			end++
		}
		length := float64(end-start) * hop / Rate
		if c.Pitch[start] > 0 {
			voiced = append(voiced, length)
			share += length
		} else {
			pauses = append(pauses, length)
		}
		start = end
	}
	rate := 0.0
	if seconds > 0 {
		share, rate = share/seconds, float64(len(voiced))/seconds
	}
	return []value{
		{"voiced_share", share},
		{"voiced_rate", rate},
		{"voiced_length_mean", mean(voiced)}, {"voiced_length_sd", deviation(voiced)},
		{"unvoiced_length_mean", mean(pauses)}, {"unvoiced_length_sd", deviation(pauses)},
		{"duration", seconds},
	}
}

func number(i int) string { return strconv.Itoa(i) }
