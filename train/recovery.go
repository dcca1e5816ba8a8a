package train

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/model"
)

// Gain is what the departure of recovered raw features from their anchor is worth,
// a factor in [0, 1] by modality: a diffusion that completes its training
// conversations better than others departs too far from the regression.
type Gain [erc.NumModalities]float64

// apply pulls recovered rows of a modality towards their anchor.
func (g Gain) apply(m erc.Modality, recovered, anchor [][]float32) {
	for u, row := range recovered {
		for j, at := range anchor[u] {
			row[j] = at + float32(g[m])*(row[j]-at)
		}
	}
}

// Recovery is what the validation masks say of recovered raw features: what their
// departure from the anchor is worth and, channel by channel, the root mean square
// of what they then still miss, in standardised units.
type Recovery struct {
	Gain     Gain                         `json:"gain"`
	Residual [erc.NumModalities][]float64 `json:"residual"` // [m][D_m]; NaN-free: 0 of channels never withheld
}

// channels are sums over withheld cells, by channel of a modality: of d², d·e and
// e² for departures d from the anchor and its errors e.
type channels struct{ dd, de, ee []float64 }

// weigh measures one completion of each mask; a model without an anchor has
// its own recovered features for one, and a gain of 1. The predictor's own gain
// must be 1.
func (e *Evaluation) weigh(ctx context.Context, p *Predictor, seed uint64) (Recovery, error) {
	var sums [erc.NumModalities]channels
	var cells [erc.NumModalities]float64
	for m, d := range e.setup.Dims {
		sums[m] = channels{make([]float64, d), make([]float64, d), make([]float64, d)}
	}
	for _, mask := range e.masks {
		convs := e.observe(mask)
		err := p.Run(ctx, convs, model.Draw{Seed: seed}, true, func(i int, c Completion) {
			for u, has := range e.samples[i].Present() {
				for _, m := range erc.Modalities {
					if has.Has(m) && !convs[i].Present[u].Has(m) {
						cells[m]++
						sums[m].add(e.samples[i].truth.Features[m][u], c.Recovered[m][u], c.anchor[m], u)
					}
				}
			}
		})
		if err != nil {
			return Recovery{}, err
		}
	}
	var out Recovery
	for m := range sums {
		out.Gain[m], out.Residual[m] = sums[m].settle(cells[m])
	}
	return out, nil
}

// add takes in a withheld cell.
func (s *channels) add(truth, recovered []float32, anchor [][]float32, u int) {
	for j, got := range recovered {
		from := got
		if anchor != nil {
			from = anchor[u][j]
		}
		d, e := float64(got-from), float64(truth[j]-from)
		s.dd[j] += d * d
		s.de[j] += d * e
		s.ee[j] += e * e
	}
}

// settle returns the gain with the least squared error over all channels, and
// what each then misses.
func (s *channels) settle(cells float64) (gain float64, residual []float64) {
	var along, size float64
	for j := range s.dd {
		along, size = along+s.de[j], size+s.dd[j]
	}
	gain = 1
	if size > 0 {
		gain = min(max(along/size, 0), 1)
	}
	residual = make([]float64, len(s.dd))
	for j := range residual {
		square := s.ee[j] - 2*gain*s.de[j] + gain*gain*s.dd[j]
		residual[j] = math.Sqrt(max(square, 0) / max(cells, 1))
	}
	return gain, residual
}
