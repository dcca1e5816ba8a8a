// Package tsne is t-SNE (van der Maaten and Hinton, JMLR 9, 2008): it maps points of many
// dimensions to the plane so that close points stay close. It is the exact method, whose
// time and memory are quadratic in the number of points, for up to about a thousand
// points. The same seed gives the same result.
//
// Start reading at Embed, which follows Algorithm 1 of the paper.
package tsne

import (
	"context"
	"math"

	"gsdnet/internal/stream"
)

// Config holds the settings. A field that is 0 takes its default.
type Config struct {
	Perplexity float64 // effective number of neighbours; default 30, at most a third of the points
	Iterations int     // steps of gradient descent; default 500
	Seed       uint64  // of the initial positions
}

// The constants of the descent. In its first part the affinities are exaggerated and the
// momentum is low, as in the paper. The factor 12 is that of later implementations.
const (
	exaggeration      = 12
	exaggeratedFor    = 0.25 // share of the iterations
	earlyMomentum     = 0.5
	lateMomentum      = 0.8
	leastGain         = 0.01
	firstDeviation    = 1e-4
	bandwidthAttempts = 60
)

// Embed returns a position in the plane for every row. All rows must have the same
// length. Fewer than three rows are all put at the origin. When ctx ends, Embed returns
// its error.
func Embed(ctx context.Context, rows [][]float64, c Config) ([][2]float64, error) {
	n := len(rows)
	y := make([][2]float64, n)
	if n < 3 {
		return y, ctx.Err()
	}
	if c.Iterations == 0 {
		c.Iterations = 500
	}
	if c.Perplexity == 0 {
		c.Perplexity = 30
	}
	p, err := affinities(ctx, rows, min(c.Perplexity, float64(n-1)/3))
	if err != nil {
		return nil, err
	}
	rng := stream.New(c.Seed, "t-SNE")
	for i := range y {
		y[i] = [2]float64{firstDeviation * rng.NormFloat64(), firstDeviation * rng.NormFloat64()}
	}
	d := newDescent(n)
	for step := range c.Iterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		early := step < int(exaggeratedFor*float64(c.Iterations))
		factor, momentum := 1.0, lateMomentum
		if early {
			factor, momentum = exaggeration, earlyMomentum
		}
		gradient(p, y, factor, d)
		d.step(y, momentum)
	}
	return y, nil
}

// affinities returns the symmetric joint probabilities p_ij of the rows, n×n.
func affinities(ctx context.Context, rows [][]float64, perplexity float64) ([]float64, error) {
	n := len(rows)
	p := make([]float64, n*n)
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for j := range i {
			sum := 0.0
			for k, x := range rows[i] {
				d := x - rows[j][k]
				sum += d * d
			}
			p[i*n+j], p[j*n+i] = sum, sum
		}
	}
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		condition(p[i*n:(i+1)*n], i, math.Log(perplexity))
	}
	for i := range n {
		for j := range i {
			mean := max((p[i*n+j]+p[j*n+i])/(2*float64(n)), 1e-12)
			p[i*n+j], p[j*n+i] = mean, mean
		}
	}
	return p, nil
}

// condition replaces the squared distances from point i by the conditional probabilities
// p_{j|i}. It finds by bisection the precision β that gives them the wanted entropy.
func condition(row []float64, i int, entropy float64) {
	nearest, scale := math.Inf(1), 0.0
	for j, d := range row {
		if j != i {
			nearest, scale = min(nearest, d), scale+d/float64(len(row)-1)
		}
	}
	beta, low, high := 1/max(scale, 1e-12), 0.0, math.Inf(1)
	out := make([]float64, len(row))
	for range bandwidthAttempts {
		sum, weighted := 0.0, 0.0
		for j, d := range row {
			if out[j] = 0; j != i {
				out[j] = math.Exp(-beta * (d - nearest))
			}
			sum += out[j]
			weighted += out[j] * (d - nearest)
		}
		h := math.Log(sum) + beta*weighted/sum
		for j := range out {
			out[j] /= sum
		}
		if h > entropy {
			low = beta
		} else {
			high = beta
		}
		if math.IsInf(high, 1) {
			beta *= 2
		} else {
			beta = (low + high) / 2
		}
	}
	copy(row, out)
}

// descent is gradient descent with momentum and a gain for every coordinate.
type descent struct {
	gradient, velocity, gain [][2]float64
	kernel                   []float64
	rate                     float64
}

func newDescent(n int) *descent {
	d := &descent{
		gradient: make([][2]float64, n), velocity: make([][2]float64, n), gain: make([][2]float64, n),
		kernel: make([]float64, n*n), rate: max(float64(n)/exaggeration, 50),
	}
	for i := range d.gain {
		d.gain[i] = [2]float64{1, 1}
	}
	return d
}

// gradient sets d.gradient to Eq. 5 of the paper, with p_ij multiplied by factor:
// 4 Σ_j (p_ij − q_ij)(y_i − y_j)/(1 + |y_i − y_j|²).
func gradient(p []float64, y [][2]float64, factor float64, d *descent) {
	n, sum := len(y), 0.0
	for i := range n {
		for j := range i {
			dx, dy := y[i][0]-y[j][0], y[i][1]-y[j][1]
			k := 1 / (1 + dx*dx + dy*dy)
			d.kernel[i*n+j] = k
			sum += 2 * k
		}
	}
	clear(d.gradient)
	for i := range n {
		for j := range i {
			k := d.kernel[i*n+j]
			force := 4 * (factor*p[i*n+j] - k/sum) * k
			for axis := range 2 {
				pull := force * (y[i][axis] - y[j][axis])
				d.gradient[i][axis] += pull
				d.gradient[j][axis] -= pull
			}
		}
	}
}

// step moves the points y and then shifts their mean to the origin.
func (d *descent) step(y [][2]float64, momentum float64) {
	var mean [2]float64
	for i := range y {
		for axis := range 2 {
			g, v, gain := d.gradient[i][axis], &d.velocity[i][axis], &d.gain[i][axis]
			if g*(*v) > 0 {
				*gain = max(*gain*0.8, leastGain)
			} else {
				*gain += 0.2
			}
			*v = momentum*(*v) - d.rate*(*gain)*g
			y[i][axis] += *v
			mean[axis] += y[i][axis] / float64(len(y))
		}
	}
	for i := range y {
		for axis := range 2 {
			y[i][axis] -= mean[axis]
		}
	}
}
