package model

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/hint"
)

// Ridge completes raw features by ridge regression, one linear map per pattern of
// availability, fitted in closed form before training and kept as constants.
type Ridge struct {
	Dims   [erc.NumModalities]int
	Lambda float64 // in units of the number of rows
	// Around regresses on what the rest of the conversation shows too: for each
	// modality, Σ x / (n+1) over the n other utterances that have it.
	Around bool
}

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

// Complete fills the holes of the observed features, [B,N,D_m] each: for every
// pattern it adds its map's values where an utterance has exactly that pattern.
func (r Ridge) Complete(p *Params, in Nodes) [erc.NumModalities]*Node {
	var x [erc.NumModalities]*Node
	for _, m := range erc.Modalities {
		x[m] = in[m.String()]
	}
	g := in[InValid].Graph()
	var around []*Node
	for _, m := range erc.Modalities {
		around = append(around, aroundOf(in, m))
	}
	for _, pattern := range partial() {
		here := graph.InsertAxes(in[InValid], -1) // [B,N,1]
		var sources []*Node
		for _, m := range erc.Modalities {
			present := Pick(in[InPresent], m)
			if pattern.Has(m) {
				sources = append(sources, in[m.String()])
			} else {
				present = graph.OneMinus(present)
			}
			here = graph.Mul(here, present)
		}
		if r.Around {
			sources = append(sources, around...)
		}
		source := graph.Concatenate(sources, -1)
		dims := source.Shape().Dimensions
		flat := graph.Reshape(source, dims[0]*dims[1], dims[2])
		for _, m := range erc.Modalities {
			if pattern.Has(m) {
				continue
			}
			values := graph.MatMul(flat, p.Constant(g, mapName(pattern, m)))
			values = graph.Reshape(values, dims[0], dims[1], r.Dims[m])
			x[m] = graph.Add(x[m], graph.Mul(values, here))
		}
	}
	return x
}

// aroundOf is what the other utterances show of a modality, [B,N,D_m].
func aroundOf(in Nodes, m erc.Modality) *Node {
	x, present := in[m.String()], Pick(in[InPresent], m)
	others := graph.Sub(graph.ReduceAndKeep(x, graph.ReduceSum, 1), x)
	count := graph.Sub(graph.ReduceAndKeep(present, graph.ReduceSum, 1), present)
	return graph.Div(others, graph.OnePlus(count))
}

// Fit solves each regression on the utterances that have what it needs, among
// conversations seen as the training protocol leaves them. Where there are none
// the map is zero, which is the training mean. Standardised features need no
// intercept.
func (r Ridge) Fit(p *Params, seen []Conversation, truth []Truth) error {
	moments := r.moments(seen, truth)
	solved := 0
	for _, from := range partial() {
		var columns []int
		for _, m := range erc.Modalities {
			if from.Has(m) {
				columns = append(columns, r.columns(m)...)
			}
		}
		if r.Around {
			for i := range r.width() {
				columns = append(columns, r.width()+i)
			}
		}
		for _, to := range erc.Modalities {
			if from.Has(to) {
				continue
			}
			w := make([]float32, len(columns)*r.Dims[to])
			if gram, rows := sum(moments, from.With(to)); rows > 0 {
				var err error
				if w, err = solve(gram, columns, r.columns(to), r.Lambda*float64(rows)); err != nil {
					return fmt.Errorf("regression of %s on %s: %w", to, from, err)
				}
				solved++
			}
			if err := p.SetConstant(mapName(from, to), w, len(columns), r.Dims[to]); err != nil {
				return err
			}
		}
	}
	if solved == 0 {
		return hint.Input("choose a model, or a setting, without regression", "regression: no training utterance has two modalities")
	}
	return nil
}

// width is ΣD_m.
func (r Ridge) width() int { return r.Dims[0] + r.Dims[1] + r.Dims[2] }

// moment is the Gram matrix of the utterances of one availability: [ΣD_m, ΣD_m],
// or twice that with what is around them.
type moment struct {
	gram *mat.Dense
	rows int
}

// moments sorts the utterances by what they have, zeros where they have nothing.
func (r Ridge) moments(seen []Conversation, truth []Truth) map[erc.Present]moment {
	data := map[erc.Present][]float64{}
	width := r.width()
	if r.Around {
		width *= 2
	}
	for i := range truth {
		var around [][]float64
		if r.Around {
			around = r.around(&seen[i])
		}
		for u, present := range truth[i].Present {
			row := make([]float64, 0, width)
			for _, m := range erc.Modalities {
				features := make([]float64, r.Dims[m])
				if present.Has(m) {
					features = wide(truth[i].Features[m][u])
				}
				row = append(row, features...)
			}
			if r.Around {
				row = append(row, around[u]...)
			}
			data[present] = append(data[present], row...)
		}
	}
	out := map[erc.Present]moment{}
	for present, flat := range data {
		z := mat.NewDense(len(flat)/width, width, flat)
		gram := &mat.Dense{}
		gram.Mul(z.T(), z)
		out[present] = moment{gram, len(flat) / width}
	}
	return out
}

// around is aroundOf of every utterance, all modalities side by side.
func (r Ridge) around(c *Conversation) [][]float64 {
	out := make([][]float64, c.Len())
	for _, m := range erc.Modalities {
		total, count := make([]float64, r.Dims[m]), 0.0
		for u, present := range c.Present {
			if present.Has(m) {
				count++
				floats.Add(total, wide(c.Features[m][u]))
			}
		}
		for u, present := range c.Present {
			row, others := slices.Clone(total), count
			if present.Has(m) {
				floats.Sub(row, wide(c.Features[m][u]))
				others--
			}
			floats.Scale(1/(others+1), row)
			out[u] = append(out[u], row...)
		}
	}
	return out
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = float64(x[i])
	}
	return out
}

// sum is the Gram matrix of all the utterances that have what is needed.
func sum(moments map[erc.Present]moment, needed erc.Present) (*mat.Dense, int) {
	gram, rows := &mat.Dense{}, 0
	for present := erc.None + 1; present <= erc.All; present++ { // in order: sums round
		m, ok := moments[present]
		if !ok || present&needed != needed {
			continue
		}
		if rows == 0 {
			gram.CloneFrom(m.gram)
		} else {
			gram.Add(gram, m.gram)
		}
		rows += m.rows
	}
	return gram, rows
}

// columns returns where a modality's features stand among all of them.
func (r Ridge) columns(m erc.Modality) []int {
	from := 0
	for _, before := range erc.Modalities[:m] {
		from += r.Dims[before]
	}
	out := make([]int, r.Dims[m])
	for i := range out {
		out[i] = from + i
	}
	return out
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
