package audio

import "math"

// reach is how far the next period may be from the one that the pitch says, as a share.
const reach = 0.25

// period is one period of a voice: where its strongest peak is, in samples, and how far
// the signal swings there.
type period struct{ at, height float64 }

// perturb computes jitter and shimmer. Both are those of the pair of periods that is
// nearest to a frame. Jitter is |T2 - T1| / ((T1 + T2)/2) of neighbouring periods, and
// shimmer |20 log10(A2/A1)|, as "local" and "local, dB" of Praat.
func (c *Contours) perturb(x []float64, n int) {
	c.Jitter, c.Shimmer = make([]float64, n), make([]float64, n)
	for start := 0; start < n; {
		if c.Pitch[start] == 0 {
			start++
			continue
		}
		end := start
		for end < n && c.Pitch[end] > 0 {
			end++
		}
		c.pairs(c.periods(x, start, end), start, end)
		start = end
	}
}

// pairs averages over the pairs of periods around each frame from start to end.
func (c *Contours) pairs(p []period, start, end int) {
	for t := start; t < end; t++ {
		centre := float64(t*hop + frame/2)
		size := 2.5 * Rate / c.Pitch[t]
		var jitter, shimmer, count float64
		for i := 2; i < len(p); i++ {
			if math.Abs(p[i-1].at-centre) > size {
				continue
			}
			first, second := p[i-1].at-p[i-2].at, p[i].at-p[i-1].at
			jitter += math.Abs(second-first) / ((first + second) / 2)
			if p[i].height > 0 && p[i-1].height > 0 {
				shimmer += math.Abs(20 * math.Log10(p[i].height/p[i-1].height))
			}
			count++
		}
		if count > 0 {
			c.Jitter[t], c.Shimmer[t] = jitter/count, shimmer/count
		}
	}
}

// periods finds the periods of a voiced stretch of frames. From its strongest sample, away
// from the ends, it goes in both directions, each time to where the signal is most like the
// period before.
func (c *Contours) periods(x []float64, start, end int) []period {
	low, high := start*hop, min(end*hop+frame-hop, len(x))
	margin := int(Rate/c.Pitch[start]) + 1
	if high-low <= 2*margin {
		return nil
	}
	first := low + margin
	for i := first; i < high-margin; i++ {
		if math.Abs(x[i]) > math.Abs(x[first]) {
			first = i
		}
	}
	pitchAt := func(at float64) float64 {
		t := min(max((int(at)-frame/2)/hop, start), end-1)
		return Rate / c.Pitch[t]
	}
	walk := func(direction float64) (found []period) {
		at := float64(first)
		for {
			next, ok := follow(x[low:high], at-float64(low), direction, pitchAt(at))
			if !ok {
				return found
			}
			at = next + float64(low)
			found = append(found, period{at, swing(x, at, pitchAt(at))})
		}
	}
	back := walk(-1)
	var all []period
	for i := len(back) - 1; i >= 0; i-- {
		all = append(all, back[i])
	}
	all = append(all, period{float64(first), swing(x, float64(first), pitchAt(float64(first)))})
	return append(all, walk(1)...)
}

// follow returns the place of the period after (or, with -1, before) the one at a place.
func follow(x []float64, at, direction, length float64) (float64, bool) {
	half := int(length / 2)
	centre := int(math.Round(at))
	if centre-half < 0 || centre+half >= len(x) {
		return 0, false
	}
	model := x[centre-half : centre+half+1]
	similar := func(shift int) (float64, bool) {
		from := centre + shift - half
		if from < 0 || from+len(model) > len(x) {
			return 0, false
		}
		return correlation(model, x[from:from+len(model)]), true
	}
	best, most := 0, math.Inf(-1)
	for lag := int(length * (1 - reach)); lag <= int(length*(1+reach))+1; lag++ {
		if r, ok := similar(int(direction) * lag); ok && r > most {
			best, most = int(direction)*lag, r
		}
	}
	before, okBefore := similar(best - 1)
	after, okAfter := similar(best + 1)
	if !(most > 0.3) || !okBefore || !okAfter {
		return 0, false
	}
	return at + float64(best) + vertex(before, most, after), true
}

// swing is the difference between the highest and the lowest value of a period.
func swing(x []float64, at, length float64) float64 {
	low, high := max(0, int(at-length/2)), min(len(x), int(at+length/2)+1)
	if low+2 >= high {
		return 0
	}
	return summit(x[low:high], 1) + summit(x[low:high], -1)
}

// summit is the highest value of sign·x, between samples too.
func summit(x []float64, sign float64) float64 {
	best := 0
	for i := range x {
		if sign*x[i] > sign*x[best] {
			best = i
		}
	}
	if best == 0 || best == len(x)-1 {
		return sign * x[best]
	}
	a, b, c := sign*x[best-1], sign*x[best], sign*x[best+1]
	return b - (a-c)*vertex(a, b, c)/4
}
