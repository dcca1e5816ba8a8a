// Package tsne lays points of many dimensions out in the plane so that
// neighbours stay neighbours (van der Maaten and Hinton, JMLR 9, 2008). It is
// the exact method, quadratic in the points, for a few hundred of them; the same
// seed gives the same picture.
//
// Start reading at Embed, which goes as the paper's Algorithm 1.
package tsne

import (
	"context"
	"math"

	"gsdnet/internal/stream"
)

// Config holds the settings; a field that is 0 has its default.
type Config struct {
	Perplexity float64 // effective number of neighbours: 30, or a third of the points
	Iterations int     // 500
	Seed       uint64
}

// The paper's schedule: momentum rises and exaggeration ends after a while. A
// factor of 12 is that of later implementations.
const (
	exaggeration      = 12
	exaggeratedFor    = 0.25 // of the iterations
	earlyMomentum     = 0.5
	lateMomentum      = 0.8
	leastGain         = 0.01
	firstDeviation    = 1e-4
	bandwidthAttempts = 60
)

// Embed returns a place in the plane for every row. Rows have the same length;
// fewer than three are put at the origin. When ctx ends, so does Embed, with the
// error of ctx.
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

// affinities returns the symmetric p_ij of the rows, n×n.
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

// condition turns squared distances from point i into p_{j|i}, with the precision
// β at which their entropy is as wanted, found by bisection.
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

// descent is gradient descent with momentum and a gain for each coordinate.
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

// gradient is the paper's Eq. 5: 4 Σ_j (p_ij − q_ij)(y_i − y_j)/(1 + |y_i − y_j|²).
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

// step moves the points and keeps their mean at the origin.
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
