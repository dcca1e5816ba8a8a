package decode

import (
	"errors"
	"io"
	"math"
)

// crossings is the number of zero crossings of the sinc on either side of a sample, and
// roll the share of the band up to the lower Nyquist frequency that is kept whole.
const (
	crossings = 24
	roll      = 0.94
	maxTable  = 1 << 18 // coefficients that are computed in advance
	block     = 4096    // samples that are read at once
)

// source is a stream of samples.
type source interface {
	Read(samples []float32) (int, error)
}

// resampler changes the sample rate by a sinc under a Hann window (Smith, "Digital Audio
// Resampling", https://ccrma.stanford.edu/~jos/resample/). It ends after o.Until.
type resampler struct {
	from     source
	up, down int64 // output sample n is at n·down/up of the input
	scale    float64
	half     int       // taps on either side
	table    []float64 // [up, 2·half], or nil where that is too large
	taps     []float64 // of one phase, without a table

	buffer []float32 // of the input, from sample start on
	start  int64
	ended  bool
	next   int64 // output sample
	end    int64 // of the output, by Until
	failed error
}

// resample returns the samples of from, which has rate samples a second, at o.Rate.
func resample(from source, rate int, o Options) *resampler {
	divisor := gcd(int64(rate), int64(o.Rate))
	r := &resampler{from: from, up: int64(o.Rate) / divisor, down: int64(rate) / divisor}
	r.end = int64(math.Ceil(o.Until.Seconds() * float64(o.Rate)))
	if r.up == r.down {
		return r
	}
	r.scale = roll * min(1, float64(r.up)/float64(r.down))
	r.half = int(math.Ceil(crossings / r.scale))
	r.taps = make([]float64, 2*r.half)
	if r.up*int64(len(r.taps)) <= maxTable {
		for phase := range r.up {
			r.fill(phase)
			r.table = append(r.table, r.taps...)
		}
	}
	return r
}

// fill computes the taps for an output sample that is phase/up behind an input sample.
func (r *resampler) fill(phase int64) {
	var sum float64
	for i := range r.taps {
		x := float64(i-r.half+1) - float64(phase)/float64(r.up)
		r.taps[i] = 0
		if w := x / float64(r.half); math.Abs(w) < 1 {
			r.taps[i] = r.scale * sinc(x*r.scale) * (0.5 + 0.5*math.Cos(math.Pi*w))
		}
		sum += r.taps[i]
	}
	for i := range r.taps {
		r.taps[i] /= sum
	}
}

// Read fills the samples as far as there are any.
func (r *resampler) Read(samples []float32) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	if left := r.end - r.next; int64(len(samples)) > left {
		samples = samples[:left]
		if left <= 0 {
			return 0, io.EOF
		}
	}
	if r.up == r.down {
		n, err := r.from.Read(samples)
		r.next += int64(n)
		return n, err
	}
	for i := range samples {
		position := r.next * r.down
		centre := position / r.up
		if err := r.need(centre + int64(r.half)); err != nil {
			r.failed = err
			return i, err
		}
		if r.ended && centre >= r.start+int64(len(r.buffer)) {
			r.failed = io.EOF
			return i, io.EOF
		}
		taps := r.phase(position % r.up)
		var sum float64
		for k, at := 0, centre-int64(r.half)+1-r.start; k < len(taps); k, at = k+1, at+1 {
			if at >= 0 && at < int64(len(r.buffer)) {
				sum += taps[k] * float64(r.buffer[at])
			}
		}
		samples[i] = float32(sum)
		r.next++
	}
	return len(samples), nil
}

// phase returns the taps of a phase.
func (r *resampler) phase(phase int64) []float64 {
	if r.table != nil {
		return r.table[int(phase)*len(r.taps):][:len(r.taps)]
	}
	r.fill(phase)
	return r.taps
}

// need reads the input up to sample last, and forgets what no later sample needs.
func (r *resampler) need(last int64) error {
	for !r.ended && r.start+int64(len(r.buffer)) <= last {
		if old := len(r.buffer) - 2*r.half - 2; old > block {
			r.buffer = append(r.buffer[:0], r.buffer[old:]...)
			r.start += int64(old)
		}
		at := len(r.buffer)
		r.buffer = append(r.buffer, make([]float32, block)...)
		n, err := r.from.Read(r.buffer[at:])
		r.buffer = r.buffer[:at+n]
		if errors.Is(err, io.EOF) {
			r.ended = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
