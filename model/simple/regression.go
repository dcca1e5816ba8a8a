package simple

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/model"
)

// regression completes by ridge regression, one linear map per pattern of
// availability, fitted in closed form before training.
type regression struct{ *Net }

// partial lists the patterns from which something is to be regressed.
func partial() []erc.Present {
	var out []erc.Present
	for p := erc.None + 1; p < erc.All; p++ {
		out = append(out, p)
	}
	return out
}

// mapName names the constant of a pattern's map to a modality.
func mapName(from erc.Present, to erc.Modality) string {
	name := "regress_"
	for _, m := range erc.Modalities {
		if from.Has(m) {
			name += m.Letter()
		}
	}
	return name + "_" + to.String()
}

// Losses trains on the regressed features.
func (r *regression) Losses(p *model.Params, in model.Nodes) model.Losses {
	return r.losses(p, in, r.completed(p, in))
}

// Forecast predicts from the regressed features.
func (r *regression) Forecast(p *model.Params, in model.Nodes) model.Forecast {
	return r.forecast(p, in, r.completed(p, in))
}

// completed adds, for every pattern, its map's values where an utterance has
// exactly that pattern.
func (r *regression) completed(p *model.Params, in model.Nodes) [erc.NumModalities]*model.Node {
	var x [erc.NumModalities]*model.Node
	for _, m := range erc.Modalities {
		x[m] = in[m.String()]
	}
	g := in[model.InValid].Graph()
	for _, pattern := range partial() {
		here := graph.InsertAxes(in[model.InValid], -1) // [B,N,1]
		var sources []*model.Node
		for _, m := range erc.Modalities {
			present := model.Pick(in[model.InPresent], m)
			if pattern.Has(m) {
				sources = append(sources, in[m.String()])
			} else {
				present = graph.OneMinus(present)
			}
			here = graph.Mul(here, present)
		}
		source := graph.Concatenate(sources, -1)
		dims := source.Shape().Dimensions
		flat := graph.Reshape(source, dims[0]*dims[1], dims[2])
		for _, m := range erc.Modalities {
			if pattern.Has(m) {
				continue
			}
			values := graph.MatMul(flat, p.Constant(g, mapName(pattern, m)))
			values = graph.Reshape(values, dims[0], dims[1], r.setup.Dims[m])
			x[m] = graph.Add(x[m], graph.Mul(values, here))
		}
	}
	return x
}

// Fit solves the ridge regressions on the utterances that have everything.
// Standardised features need no intercept.
func (r *regression) Fit(p *model.Params, _ []model.Conversation, truth []model.Truth) error {
	width, offset := 0, [erc.NumModalities]int{}
	for _, m := range erc.Modalities {
		offset[m] = width
		width += r.setup.Dims[m]
	}
	rows := 0
	var data []float64
	for i := range truth {
		for u, present := range truth[i].Present {
			if present != erc.All {
				continue
			}
			rows++
			for _, m := range erc.Modalities {
				for _, x := range truth[i].Features[m][u] {
					data = append(data, float64(x))
				}
			}
		}
	}
	if rows == 0 {
		return hint.Input("choose another model", "regression: no training utterance has all three modalities")
	}
	z := mat.NewDense(rows, width, data)
	var gram mat.Dense
	gram.Mul(z.T(), z)
	for _, from := range partial() {
		var columns []int
		for _, m := range erc.Modalities {
			if from.Has(m) {
				columns = append(columns, span(offset[m], r.setup.Dims[m])...)
			}
		}
		for _, to := range erc.Modalities {
			if from.Has(to) {
				continue
			}
			w, err := solve(&gram, columns, span(offset[to], r.setup.Dims[to]), r.cfg.Ridge*float64(rows))
			if err != nil {
				return fmt.Errorf("regression of %s on %s: %w", to, from, err)
			}
			if err := p.SetConstant(mapName(from, to), w, len(columns), r.setup.Dims[to]); err != nil {
				return err
			}
		}
	}
	return nil
}

// solve returns (G_ff + λI)⁻¹ G_ft in row-major order.
func solve(gram *mat.Dense, from, to []int, lambda float64) ([]float32, error) {
	g := mat.NewSymDense(len(from), nil)
	right := mat.NewDense(len(from), len(to), nil)
	for i, a := range from {
		for j := i; j < len(from); j++ {
			g.SetSym(i, j, gram.At(a, from[j]))
		}
		g.SetSym(i, i, gram.At(a, a)+lambda)
		for j, b := range to {
			right.Set(i, j, gram.At(a, b))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(g) {
		return nil, fmt.Errorf("normal equations are not positive definite")
	}
	var w mat.Dense
	if err := factor.SolveTo(&w, right); err != nil {
		return nil, err
	}
	out := make([]float32, 0, len(from)*len(to))
	for i := range from {
		for j := range to {
			out = append(out, float32(w.At(i, j)))
		}
	}
	return out, nil
}

// span returns from, from+1, … of a length.
func span(from, length int) []int {
	out := make([]int, length)
	for i := range out {
		out[i] = from + i
	}
	return out
}
