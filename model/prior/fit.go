package prior

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/pca"
	"gsdnet/internal/stream"
	"gsdnet/model"
	"gsdnet/spectral"
)

// kept is the probability that another modality is observed where the residual is fitted.
const kept = 0.5

// Fit fits the prior to training conversations, of which the truth holds everything that
// the corpus has, and stores it as constants of p. Which other modalities a residual is
// taken on is drawn at random, so that the prior does not depend on the protocol. The error
// is data in which no utterance has two modalities, or the end of ctx.
func (g *Gaussian) Fit(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	t := &training{Gaussian: g, seen: seen, truth: truth}
	if err := t.project(ctx); err != nil {
		return err
	}
	if err := t.regress(ctx); err != nil {
		return err
	}
	for _, m := range erc.Modalities {
		if g.parts[m] == nil {
			continue
		}
		t.turn(m)
		if err := t.filter(ctx, m); err != nil {
			return err
		}
		t.leave(m)
	}
	if g.settings.Tails {
		if err := t.tails(ctx); err != nil {
			return err
		}
	}
	if err := g.store(p); err != nil {
		return err
	}
	return g.Load(p)
}

// training is a fit under way.
type training struct {
	*Gaussian
	seen  []model.Conversation
	truth []model.Truth
	z     [][erc.NumModalities][][]float64 // [conversation][m][utterance][q], nil where the corpus has none
}

// project fits the axes, and takes the coordinates of all features.
func (t *training) project(ctx context.Context) error {
	for _, m := range erc.Modalities {
		var rows [][]float32
		for i := range t.truth {
			for u, has := range t.truth[i].Present {
				if has.Has(m) {
					rows = append(rows, t.truth[i].Features[m][u])
				}
			}
		}
		axes, _, err := pca.Leading(ctx, rows, t.dims[m], t.settings.Rank)
		if err != nil {
			return err
		}
		t.parts[m] = nil
		if axes != nil {
			t.parts[m] = &part{axes: axes}
		}
	}
	t.z = make([][erc.NumModalities][][]float64, len(t.truth))
	for i := range t.truth {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.z[i] = t.coordinates(t.truth[i].Features, t.truth[i].Present)
	}
	return nil
}

// regress fits the maps of all modalities and patterns.
func (t *training) regress(ctx context.Context) error {
	found := false
	for _, m := range erc.Modalities {
		if t.parts[m] == nil {
			continue
		}
		t.parts[m].folds = make([][patterns]*mat.Dense, t.settings.Folds)
		for by := 1; by < patterns; by++ {
			r := t.rows(m, by)
			if r.count == 0 {
				continue
			}
			found = true
			maps, err := r.solve(ctx)
			if err != nil {
				return err
			}
			t.parts[m].maps[by] = maps[0]
			for f := range t.parts[m].folds {
				t.parts[m].folds[f][by] = maps[1+f]
			}
		}
	}
	if !found {
		return fault.Input("choose the model zero or mean", "no training utterance has two modalities to regress one on the other")
	}
	return nil
}

// turn finds the axes of the residual and its deviations along them.
func (t *training) turn(m erc.Modality) {
	part := t.parts[m]
	q := part.width()
	second := mat.NewSymDense(q, nil)
	count := 0.0
	t.each(m, func(i, u int, rng *rand.Rand) {
		e := t.residual(m, i, u, t.some(m, i, u, rng))
		second.SymRankOne(second, 1, mat.NewVecDense(q, e))
		count++
	})
	second.ScaleSym(1/count, second)
	var eigen mat.EigenSym
	if !eigen.Factorize(second, true) {
		panic("prior: the eigenvectors of a symmetric matrix did not converge")
	}
	var rising mat.Dense
	eigen.VectorsTo(&rising)
	basis := mat.NewDense(q, q, nil)
	part.scale = make([]float64, q)
	for j := range q {
		basis.SetCol(j, mat.Col(nil, q-1-j, &rising))
		part.scale[j] = math.Sqrt(max(eigen.Values(nil)[q-1-j], 0))
	}
	part.setBasis(basis)
}

// filter fits the graph filter to the residuals of the training conversations.
func (t *training) filter(ctx context.Context, m erc.Modality) error {
	part := t.parts[m]
	if !t.graph {
		q := part.width()
		part.filter = &spectral.Filter{Shapes: []spectral.Shape{{White: 1}}, Variances: make([]float64, q), Assigned: make([]int, q)}
		for j := range q {
			part.filter.Variances[j] = 1
		}
		return nil
	}
	tracks := make([]spectral.Track, len(t.truth))
	for i := range t.truth {
		n := len(t.truth[i].Present)
		tracks[i] = spectral.Track{Rows: make([][]float64, n), Observed: make([]bool, n)}
		if t.settings.Speakers {
			tracks[i].Speakers = t.seen[i].Speakers
		}
	}
	t.each(m, func(i, u int, rng *rand.Rand) {
		tracks[i].Rows[u], tracks[i].Observed[u] = part.components(t.residual(m, i, u, t.some(m, i, u, rng))), true
	})
	var err error
	part.filter, err = spectral.FitFilter(ctx, tracks, 0)
	return err
}

// leave measures what the axes leave out of every channel.
func (t *training) leave(m erc.Modality) {
	part := t.parts[m]
	part.rest = make([]float64, t.dims[m])
	count := 0.0
	t.each(m, func(i, u int, _ *rand.Rand) {
		count++
		for j, x := range t.truth[i].Features[m][u] {
			left := float64(x)
			for k, v := range part.axes.RawRowView(j) {
				left -= v * t.z[i][m][u][k]
			}
			part.rest[j] += left * left
		}
	})
	for j, sum := range part.rest {
		part.rest[j] = math.Sqrt(sum / max(count, 1))
	}
}

// each visits the utterances that have a modality, with a generator for each conversation.
func (t *training) each(m erc.Modality, visit func(i, u int, rng *rand.Rand)) {
	for i := range t.truth {
		rng := stream.New(0, "prior", t.seen[i].Key, uint64(t.seen[i].Part), uint64(m))
		for u, has := range t.truth[i].Present {
			if has.Has(m) {
				visit(i, u, rng)
			}
		}
	}
}

// some draws which of the others of an utterance are observed.
func (t *training) some(m erc.Modality, i, u int, rng *rand.Rand) int {
	by := 0
	for k, other := range others(m) {
		if rng.Float64() < kept && t.truth[i].Present[u].Has(other) {
			by |= 1 << k
		}
	}
	return by
}

// residual is z less its regression on some of the others, by the maps of the
// conversation's fold.
func (t *training) residual(m erc.Modality, i, u, by int) []float64 {
	var known [erc.NumModalities][][]float64
	for _, other := range others(m) {
		known[other] = t.z[i][other][u : u+1]
	}
	expected := t.expect(m, []int{by}, known, t.fold(t.seen[i].Key))
	return difference(t.z[i][m][u], expected[0])
}
