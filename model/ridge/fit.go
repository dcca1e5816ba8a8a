package ridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// solving is how many regressions are solved at the same time. Each holds a few matrices
// of the sources' width squared.
const solving = 4

// Fit solves every regression on the utterances of the training conversations that have
// its sources and its target, and stores the maps as constants of p. The truth holds the
// features of the corpus. A map without such utterances is zero. There is no intercept,
// because the features are standardised. When ctx ends, Fit returns its error.
func (r Regression) Fit(ctx context.Context, p *model.Params, truth []model.Truth) error {
	a, err := r.axes(ctx, truth)
	if err != nil {
		return err
	}
	small := r.reduced(a)
	all, err := small.moments(ctx, a, truth)
	if err != nil {
		return err
	}
	maps := small.maps()
	var wg sync.WaitGroup
	errs := make([]error, len(maps))
	slots := make(chan struct{}, solving)
	for i := range maps {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = small.solve(ctx, all, &maps[i])
		})
	}
	wg.Wait()
	if err := cmp.Or(ctx.Err(), errors.Join(errs...)); err != nil {
		return err
	}
	if !slices.ContainsFunc(maps, func(m linear) bool { return m.rows > 0 }) {
		return fault.Input("choose a model, or a setting, without regression", "regression: no training utterance has two modalities")
	}
	for _, m := range maps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := set(p, mapName(m.from, m.to), a.lift(small, m)); err != nil {
			return err
		}
	}
	return nil
}

// linear is the regression of one modality on a set of others.
type linear struct {
	from erc.Present
	to   erc.Modality
	w    *mat.Dense // [S,D]
	rows int        // number of utterances that it was fitted on
}

// maps lists the regressions without their solutions.
func (r Regression) maps() []linear {
	var out []linear
	for _, from := range partial() {
		for _, to := range erc.Modalities {
			if !from.Has(to) {
				out = append(out, linear{from: from, to: to})
			}
		}
	}
	return out
}

// set stores a matrix as a constant.
func set(p *model.Params, name string, m *mat.Dense) error {
	rows, columns := m.Dims()
	flat := make([]float32, 0, rows*columns)
	for i := range rows {
		for _, x := range m.RawRowView(i) {
			flat = append(flat, float32(x))
		}
	}
	return p.SetConstant(name, flat, rows, columns)
}

// width returns ΣD_m.
func (r Regression) width() int { return r.Dims[0] + r.Dims[1] + r.Dims[2] }

// moment is the Gram matrix [ΣD_m, ΣD_m] of the utterances that have the same modalities.
type moment struct {
	gram *mat.Dense
	rows int // number of utterances
}

// moments holds a moment for every set of modalities that occurs.
type moments map[erc.Present]moment

// moments returns the moments of conversations. Missing features count as zeros.
func (r Regression) moments(ctx context.Context, a axes, truth []model.Truth) (moments, error) {
	data := map[erc.Present][]float64{}
	width := r.width()
	for present, rows := range countRows(truth) {
		data[present] = make([]float64, 0, rows*width)
	}
	for i := range truth {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		full := a.of(truth[i].Features, truth[i].Present)
		for u, present := range truth[i].Present {
			for _, m := range erc.Modalities {
				row := full[m][u]
				if !present.Has(m) {
					row = make([]float64, r.Dims[m])
				}
				data[present] = append(data[present], row...)
			}
		}
	}
	out := moments{}
	for present, flat := range data {
		gram, err := gramOf(ctx, mat.NewDense(len(flat)/width, width, flat))
		if err != nil {
			return nil, err
		}
		out[present] = moment{gram, len(flat) / width}
	}
	return out, nil
}

// countRows counts the utterances of each set of modalities.
func countRows(truth []model.Truth) map[erc.Present]int {
	out := map[erc.Present]int{}
	for i := range truth {
		for _, present := range truth[i].Present {
			out[present]++
		}
	}
	return out
}

// widen converts numbers to float64.
func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = float64(x[i])
	}
	return out
}
