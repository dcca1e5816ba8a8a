package infer

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/model"
)

// Shrinkage fits the shrinkage of recovered features (model.Shrinkage) to one draw of every
// conversation under every mask. Its errors are those of Predictor.Run.
func (e *Evaluation) Shrinkage(ctx context.Context, p *Predictor, seed uint64) (model.Shrinkage, error) {
	var sums [erc.NumModalities]deviationMoments
	for _, mask := range e.masks {
		convs := e.observe(mask)
		err := p.Run(ctx, convs, Request{Samples: 1, Seed: seed, Recovered: true}, func(i int, c Draw) {
			for u, has := range e.samples[i].Present() {
				for _, m := range erc.Modalities {
					if has.Has(m) && !convs[i].Present[u].Has(m) {
						sums[m].add(e.samples[i].Truth.Features[m][u], &c, m, u)
					}
				}
			}
		})
		if err != nil {
			return model.Shrinkage{}, err
		}
	}
	var out model.Shrinkage
	for m := range sums {
		out.Gain[m] = sums[m].gain()
		out.Residual[m] = sums[m].residual(out.Gain[m])
	}
	return out, nil
}

// deviationMoments holds the second moments of one modality that the least-squares fit of
// its gain needs. For each channel it sums, over the withheld cells, the products z·zᵀ of
// z = (truth − a₁, a₂ − a₁, …, a_K − a_{K−1}, sample − a_K), where a₁ … a_K are the anchors.
type deviationMoments struct {
	cells   float64       // number of withheld cells
	moments [][][]float64 // [D_m][1+K][1+K]
}

// add adds a withheld cell: modality m of utterance u.
func (s *deviationMoments) add(truth []float32, c *Draw, m erc.Modality, u int) {
	s.cells++
	anchors := c.anchors[m]
	if s.moments == nil {
		s.moments = make([][][]float64, len(truth))
		for j := range s.moments {
			s.moments[j] = squareMatrix(1 + len(anchors))
		}
	}
	z := make([]float64, 1+len(anchors))
	for j := range truth {
		from := anchors[0][u][j]
		z[0] = float64(truth[j] - from)
		for k := range anchors {
			to := c.Sampled[m][u][j]
			if k+1 < len(anchors) {
				to = anchors[k+1][u][j]
			}
			z[k+1], from = float64(to-from), to
		}
		for a := range z {
			for b := range z {
				s.moments[j][a][b] += z[a] * z[b]
			}
		}
	}
}

// gain returns the factors in [0,1] with the least squared error over all channels. It
// optimises one factor after the other (coordinate descent) until none changes. It returns
// nil if nothing was withheld.
func (s *deviationMoments) gain() model.Gain {
	if s.moments == nil {
		return nil
	}
	sum := squareMatrix(len(s.moments[0]))
	for _, channel := range s.moments {
		for a := range channel {
			for b, x := range channel[a] {
				sum[a][b] += x
			}
		}
	}
	g := make(model.Gain, len(sum)-1)
	for changed := true; changed; {
		changed = false
		for k := range g {
			left := sum[k+1][0]
			for l := range g {
				if l != k {
					left -= g[l] * sum[k+1][l+1]
				}
			}
			best := 1.0
			if sum[k+1][k+1] > 0 {
				best = min(max(left/sum[k+1][k+1], 0), 1)
			}
			changed = changed || math.Abs(best-g[k]) > 1e-9
			g[k] = best
		}
	}
	return g
}

// residual returns the root mean square error of each channel that remains with a gain. It
// returns nil if nothing was withheld.
func (s *deviationMoments) residual(g model.Gain) []float64 {
	if s.moments == nil {
		return nil
	}
	out := make([]float64, len(s.moments))
	for j, channel := range s.moments {
		square := channel[0][0]
		for k, x := range g {
			square -= 2 * x * channel[0][k+1]
			for l, y := range g {
				square += x * y * channel[k+1][l+1]
			}
		}
		out[j] = math.Sqrt(max(square, 0) / s.cells)
	}
	return out
}

// squareMatrix returns an n×n matrix of zeros.
func squareMatrix(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	return out
}
