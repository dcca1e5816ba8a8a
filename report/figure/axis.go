package figure

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// span is the least and the greatest of numbers; ∞ and −∞ of none.
type span struct{ low, high float64 }

func empty() span { return span{math.Inf(1), math.Inf(-1)} }

// add widens the span; what is not finite does not.
func (s *span) add(values ...float64) {
	for _, x := range values {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			s.low, s.high = min(s.low, x), max(s.high, x)
		}
	}
}

// padded is the span with a share of it added at either end. One that is empty or
// as good as a single number gets a width.
func (s span) padded(share float64) span {
	if s.low > s.high {
		return span{0, 1}
	}
	size := max(math.Abs(s.low), math.Abs(s.high))
	width := s.high - s.low
	if width <= 1e-9*size {
		width = max(size, 1e-300) // of one number, from about half of it to half more
		if size == 0 {
			width = 1
		}
	}
	if math.IsInf(width, 0) {
		width = size
	}
	return span{s.low - share*width, s.high + share*width}
}

// round returns the ticks at round numbers within a span, at most most of them: the
// multiples of 1, 2 or 5 times a power of ten.
func (s span) round(most int) []plot.Tick {
	step := roundStep((s.high - s.low) / float64(most))
	first, last := math.Ceil(s.low/step-1e-9), math.Floor(s.high/step+1e-9)
	var out []plot.Tick
	for k := first; k <= last && len(out) <= most; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: tickLabel(k*step, step)})
	}
	return out
}

// roundStep is the least of 1, 2 and 5 times a power of ten that is not below x.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= x*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}

// tickLabel writes a multiple of a step with the digits that the step has.
func tickLabel(x, step float64) string {
	if math.Abs(x) < step/2 {
		x = 0 // and not -0
	}
	exponent := int(math.Floor(math.Log10(step) + 1e-9))
	if exponent < -4 || math.Abs(x) >= 1e6 {
		if x == 0 {
			return "0"
		}
		digits := max(0, int(math.Floor(math.Log10(math.Abs(x))))-exponent)
		return strconv.FormatFloat(x, 'e', min(digits, 12), 64)
	}
	return strconv.FormatFloat(x, 'f', max(0, -exponent), 64)
}

// points returns a tick at each of a few numbers that are round themselves, nil if
// they are too many, too close to each other, or not round.
func points(values []float64, most int) []plot.Tick {
	all := slices.Clone(values)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 || len(all) > most {
		return nil
	}
	step, gap := 1.0, math.Inf(1)
	for i, x := range all {
		if i > 0 {
			gap = min(gap, x-all[i-1])
		}
		for step > 1e-3 && math.Abs(x/step-math.Round(x/step)) > 1e-6 {
			step /= 10
		}
	}
	if step < 0.05 || gap < (all[len(all)-1]-all[0])/float64(most+2) {
		return nil
	}
	var out []plot.Tick
	for _, x := range all {
		out = append(out, plot.Tick{Value: x, Label: tickLabel(x, step)})
	}
	return out
}
