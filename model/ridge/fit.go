package ridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
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
// features of the corpus; seen holds the same conversations under the training protocol,
// from which Around is computed. A map without such utterances is zero. There is no
// intercept, because the features are standardised. When ctx ends, Fit returns its error.
func (r Regression) Fit(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	a, err := r.axes(ctx, truth)
	if err != nil {
		return err
	}
	small := r.reduced(a)
	folds, err := small.split(ctx, a, seen, truth)
	if err != nil {
		return err
	}
	maps := r.maps()
	var wg sync.WaitGroup
	errs := make([]error, len(maps)*(1+r.Folds))
	slots := make(chan struct{}, solving)
	for i := range maps {
		for f := range maps[i].fits {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				maps[i].fits[f], errs[i*(1+r.Folds)+f] = small.solve(ctx, folds, f-1, maps[i].from, maps[i].to)
			})
		}
	}
	wg.Wait()
	if err := cmp.Or(ctx.Err(), errors.Join(errs...)); err != nil {
		return err
	}
	if !slices.ContainsFunc(maps, func(m linear) bool { return m.fits[0].rows > 0 }) {
		return fault.Input("choose a model, or a setting, without regression", "regression: no training utterance has two modalities")
	}
	for _, m := range maps {
		if err := ctx.Err(); err != nil {
			return err
		}
		for f := range m.fits {
			m.fits[f] = a.lift(r, m, m.fits[f])
		}
		if err := r.keep(p, m); err != nil {
			return err
		}
	}
	return nil
}

// linear is the regression of one modality on a set of others: fits[0] is fitted on all
// conversations, fits[f+1] on all but those of fold f.
type linear struct {
	from erc.Present
	to   erc.Modality
	fits []fit
}

// fit is a map [S,D], or its factors [S,rank] and [rank,D].
type fit struct {
	in, out *mat.Dense // out is nil at full rank
	rows    int        // number of utterances that it was fitted on
}

// maps lists the regressions without their solutions.
func (r Regression) maps() []linear {
	var out []linear
	for _, from := range partial() {
		for _, to := range erc.Modalities {
			if !from.Has(to) {
				out = append(out, linear{from, to, make([]fit, 1+r.Folds)})
			}
		}
	}
	return out
}

// keep stores the maps of a regression as constants.
func (r Regression) keep(p *model.Params, m linear) error {
	name := mapName(m.from, m.to)
	if err := set(p, name, m.fits[0].in); err != nil || r.Rank == 0 {
		return err
	}
	if err := set(p, outName(name), m.fits[0].out); err != nil || r.Folds == 0 {
		return err
	}
	in, out := &mat.Dense{}, &mat.Dense{}
	in.CloneFrom(m.fits[1].in)
	out.CloneFrom(m.fits[1].out)
	for _, f := range m.fits[2:] {
		var wider, taller mat.Dense
		wider.Augment(in, f.in)
		taller.Stack(out, f.out)
		in, out = &wider, &taller
	}
	if err := set(p, foldName(name), in); err != nil {
		return err
	}
	return set(p, outName(foldName(name)), out)
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

// split returns the moments of the conversations of each fold.
func (r Regression) split(ctx context.Context, a axes, seen []model.Conversation, truth []model.Truth) ([]moments, error) {
	if r.Folds == 0 {
		all, err := r.moments(ctx, a, seen, truth)
		return []moments{all}, err
	}
	seenOf, truthOf := make([][]model.Conversation, r.Folds), make([][]model.Truth, r.Folds)
	for i := range seen {
		f := r.fold(&seen[i])
		seenOf[f], truthOf[f] = append(seenOf[f], seen[i]), append(truthOf[f], truth[i])
	}
	out := make([]moments, r.Folds)
	for f := range out {
		var err error
		if out[f], err = r.moments(ctx, a, seenOf[f], truthOf[f]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// width returns ΣD_m.
func (r Regression) width() int { return r.Dims[0] + r.Dims[1] + r.Dims[2] }

// moment is the Gram matrix of the utterances that have the same modalities. It is
// [ΣD_m, ΣD_m], or twice as wide and high with Around.
type moment struct {
	gram *mat.Dense
	rows int // number of utterances
}

// moments holds a moment for every set of modalities that occurs.
type moments map[erc.Present]moment

// moments returns the moments of conversations. Missing features count as zeros.
func (r Regression) moments(ctx context.Context, a axes, seen []model.Conversation, truth []model.Truth) (moments, error) {
	data := map[erc.Present][]float64{}
	width := r.width()
	if r.Around {
		width *= 2
	}
	for present, rows := range countRows(truth) {
		data[present] = make([]float64, 0, rows*width)
	}
	for i := range truth {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		full := a.of(truth[i].Features, truth[i].Present)
		var around [][]float64
		if r.Around {
			around = r.around(&seen[i], a.of(seen[i].Features, seen[i].Present))
		}
		for u, present := range truth[i].Present {
			row := make([]float64, 0, width)
			for _, m := range erc.Modalities {
				if present.Has(m) {
					row = append(row, full[m][u]...)
				} else {
					row = append(row, make([]float64, r.Dims[m])...)
				}
			}
			if r.Around {
				row = append(row, around[u]...)
			}
			data[present] = append(data[present], row...)
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

// around returns aroundOf for every utterance, with all modalities side by side.
func (r Regression) around(c *model.Conversation, features [erc.NumModalities][][]float64) [][]float64 {
	out := make([][]float64, c.Len())
	for _, m := range erc.Modalities {
		total, count := make([]float64, r.Dims[m]), 0.0
		for u, present := range c.Present {
			if present.Has(m) {
				count++
				floats.Add(total, features[m][u])
			}
		}
		for u, present := range c.Present {
			row, others := slices.Clone(total), count
			if present.Has(m) {
				floats.Sub(row, features[m][u])
				others--
			}
			floats.Scale(1/(others+1), row)
			out[u] = append(out[u], row...)
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
