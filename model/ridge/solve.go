package ridge

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// gather returns the Gram matrix of the utterances that have the needed modalities, and
// their number. The matrix is nil if there are none.
func (all moments) gather(needed erc.Present) (*mat.Dense, int) {
	var gram *mat.Dense
	rows := 0
	for present := erc.None + 1; present <= erc.All; present++ { // in this order, because the sum is rounded
		m, ok := all[present]
		if !ok || present&needed != needed {
			continue
		}
		if gram == nil {
			gram = mat.DenseCopyOf(m.gram)
		} else {
			gram.Add(gram, m.gram)
		}
		rows += m.rows
	}
	return gram, rows
}

// sources returns the indices in a Gram matrix of the features of a set of modalities.
func (r Regression) sources(from erc.Present) []int {
	var out []int
	for _, m := range erc.Modalities {
		if from.Has(m) {
			out = append(out, r.columns(m)...)
		}
	}
	return out
}

// columns returns the indices of the features of a modality.
func (r Regression) columns(m erc.Modality) []int {
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

// solve fits one map.
func (r Regression) solve(ctx context.Context, all moments, m *linear) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sources, targets := r.sources(m.from), r.columns(m.to)
	m.w = mat.NewDense(len(sources), len(targets), nil)
	gram, rows := all.gather(m.from.With(m.to))
	if m.rows = rows; rows == 0 {
		return nil
	}
	left, right := mat.NewSymDense(len(sources), nil), mat.NewDense(len(sources), len(targets), nil)
	for i, a := range sources {
		for j := i; j < len(sources); j++ {
			left.SetSym(i, j, gram.At(a, sources[j]))
		}
		left.SetSym(i, i, gram.At(a, a)+r.Lambda*float64(rows))
		for j, b := range targets {
			right.Set(i, j, gram.At(a, b))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(left) {
		return fmt.Errorf("regression of %s on %s: normal equations are not positive definite", m.to, m.from)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := factor.SolveTo(m.w, right); err != nil {
		return fmt.Errorf("regression of %s on %s: %w", m.to, m.from, err)
	}
	return nil
}
