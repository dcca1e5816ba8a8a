package prior

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/spectral"
)

// This file holds the simulated corpus of the tests, and the conditional distribution of
// what is missing by the textbook formulas with dense matrices.

var (
	testDims     = [erc.NumModalities]int{6, 5, 4}
	testSettings = Settings{Rank: 4, Folds: 2, Speakers: true}
	tailed       = Settings{Rank: 4, Folds: 2, Speakers: true, Tails: true}
)

// conversation draws n utterances of two speakers. Features follow a walk along the
// conversation and another of the speaker; about half of the cells are missing.
func conversation(rng *rand.Rand, key uint64, n int) (model.Conversation, model.Truth) {
	c, truth := model.Conversation{Key: key}, model.Truth{}
	var walks [3][2]float64 // conversation, two speakers
	for i := range walks {
		walks[i] = [2]float64{rng.NormFloat64(), rng.NormFloat64()}
	}
	for range n {
		speaker := rng.IntN(2)
		for i := range walks {
			for j := range walks[i] {
				walks[i][j] = 0.8*walks[i][j] + 0.6*rng.NormFloat64()
			}
		}
		present := erc.Present(rng.IntN(int(erc.All) + 1))
		c.Present, c.Speakers = append(c.Present, present), append(c.Speakers, erc.Speaker(speaker))
		truth.Present = append(truth.Present, erc.All)
		for _, m := range erc.Modalities {
			x := make([]float32, testDims[m])
			for j := range x {
				x[j] = float32(walks[0][j%2]*float64(j-2)/2 + walks[1+speaker][(j+int(m))%2] + 0.4*rng.NormFloat64())
			}
			truth.Features[m] = append(truth.Features[m], x)
			if !present.Has(m) {
				x = nil
			}
			c.Features[m] = append(c.Features[m], x)
		}
	}
	return c, truth
}

// corpus draws 24 conversations of 3 to 14 utterances.
func corpus(seed uint64) ([]model.Conversation, []model.Truth) {
	rng := rand.New(rand.NewPCG(seed, 1))
	seen, truth := make([]model.Conversation, 24), make([]model.Truth, 24)
	for i := range seen {
		seen[i], truth[i] = conversation(rng, uint64(i), 3+i/2)
	}
	return seen, truth
}

// fitted returns a prior of the corpus, and the store that holds it.
func fitted(t testing.TB, graph bool) (*Gaussian, *mlx.Store) {
	t.Helper()
	seen, truth := corpus(1)
	return fit(t, testSettings, graph, seen, truth)
}

func fit(t testing.TB, s Settings, graph bool, seen []model.Conversation, truth []model.Truth) (*Gaussian, *mlx.Store) {
	t.Helper()
	g, store := New(testDims, s, graph), mlx.NewStore()
	if err := g.Fit(t.Context(), model.NewParams(store, 1), seen, truth); err != nil {
		t.Fatal(err)
	}
	return g, store
}

// posterior conditions a conversation that is not trained on.
func posterior(t testing.TB, g *Gaussian, c *model.Conversation) *Posterior {
	t.Helper()
	p, err := g.Condition(c, false)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// vector returns the coordinates of a row of features, axesᵀx.
func (p *part) vector(x []float32) *mat.VecDense {
	raw := mat.NewVecDense(len(x), nil)
	for j, v := range x {
		raw.SetVec(j, float64(v))
	}
	var z mat.VecDense
	z.MulVec(p.axes.T(), raw)
	return &z
}

// regressed returns Wᵀ[z of the others that are observed] of an utterance, with the map W
// of their pattern.
func regressed(g *Gaussian, m erc.Modality, c *model.Conversation, u int, maps [patterns]*mat.Dense) *mat.VecDense {
	q := g.parts[m].width()
	out, pattern := mat.NewVecDense(q, nil), 0
	var z []float64
	for k, other := range others(m) {
		if c.Present[u].Has(other) {
			pattern |= 1 << k
			z = append(z, g.parts[other].vector(c.Features[other][u]).RawVector().Data...)
		}
	}
	if pattern > 0 {
		out.MulVec(maps[pattern].T(), mat.NewVecDense(len(z), z))
	}
	return out
}

// lowPass returns (I + θ(I−A))⁻¹ of a chain of n utterances with a link to itself at both
// ends, divided by its mean diagonal.
func lowPass(n int, theta float64) *mat.Dense {
	precision := mat.NewDense(n, n, nil)
	link := func(i, j int) { precision.Set(i, j, precision.At(i, j)-theta/2) }
	for i := range n {
		precision.Set(i, i, precision.At(i, i)+1+theta)
		link(i, max(i-1, 0))
		link(i, min(i+1, n-1))
	}
	var out mat.Dense
	if err := out.Inverse(precision); err != nil {
		panic(err)
	}
	out.Scale(float64(n)/mat.Trace(&out), &out)
	return &out
}

// correlation returns R of a shape, [n,n].
func correlation(s spectral.Shape, n int, speakers []erc.Speaker) *mat.Dense {
	out := mat.NewDense(n, n, nil)
	add := func(at []int, constant, low, theta float64) {
		slow := lowPass(len(at), theta)
		for a, i := range at {
			for b, j := range at {
				out.Set(i, j, out.At(i, j)+constant+low*slow.At(a, b))
			}
		}
	}
	everyone, turns := []int{}, map[erc.Speaker][]int{}
	for u, speaker := range speakers {
		everyone = append(everyone, u)
		turns[speaker] = append(turns[speaker], u)
		out.Set(u, u, s.White)
	}
	add(everyone, s.Constant, s.LowPass, s.Theta)
	for _, at := range turns {
		add(at, s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta)
	}
	return out
}

// pick returns rows and columns of a matrix.
func pick(k *mat.Dense, rows, columns []int) *mat.Dense {
	out := mat.NewDense(len(rows), len(columns), nil)
	for a, i := range rows {
		for b, j := range columns {
			out.Set(a, b, k.At(i, j))
		}
	}
	return out
}

// split lists the utterances that have a modality, and those that lack it.
func split(c *model.Conversation, m erc.Modality) (observed, missing []int) {
	for u, present := range c.Present {
		if present.Has(m) {
			observed = append(observed, u)
		} else {
			missing = append(missing, u)
		}
	}
	return observed, missing
}

// conditional returns the mean and the covariance of the missing values of residual
// component j: K_mo K_oo⁻¹ e_o and K_mm − K_mo K_oo⁻¹ K_om, for e the observed values.
func conditional(g *Gaussian, m erc.Modality, c *model.Conversation, j int, e []float64) (mean []float64, covariance *mat.Dense) {
	f := g.parts[m].filter
	k := correlation(f.Shapes[f.Assigned[j]], c.Len(), c.Speakers)
	k.Scale(f.Variances[j], k)
	observed, missing := split(c, m)
	covariance = pick(k, missing, missing)
	if len(observed) == 0 {
		return make([]float64, len(missing)), covariance
	}
	kmo := pick(k, missing, observed)
	var gain, by, taken mat.Dense
	if err := gain.Solve(pick(k, observed, observed), kmo.T()); err != nil {
		panic(err)
	}
	by.Mul(gain.T(), mat.NewDense(len(e), 1, e))
	taken.Mul(kmo, &gain)
	covariance.Sub(covariance, &taken)
	return mat.Col(nil, 0, &by), covariance
}

// textbook returns E[z | observed] of a modality, [n][q], with maps in the place of those
// of the prior.
func textbook(g *Gaussian, m erc.Modality, c *model.Conversation, maps func(m erc.Modality) [patterns]*mat.Dense) [][]float64 {
	part, n := g.parts[m], c.Len()
	q := part.width()
	out, residual := make([][]float64, n), mat.NewDense(max(n, 1), q, nil)
	observed, missing := split(c, m)
	for u := range n {
		expected := regressed(g, m, c, u, maps(m))
		out[u] = expected.RawVector().Data
		if c.Present[u].Has(m) {
			z := part.vector(c.Features[m][u])
			var e, turned mat.VecDense
			e.SubVec(z, expected)
			turned.MulVec(part.basis.T(), &e)
			for j := range q {
				residual.Set(u, j, turned.AtVec(j)/part.scale[j])
			}
			out[u] = z.RawVector().Data
		}
	}
	if len(missing) == 0 {
		return out
	}
	for j := range q {
		var e []float64
		for _, u := range observed {
			e = append(e, residual.At(u, j))
		}
		mean, _ := conditional(g, m, c, j, e)
		for a, u := range missing {
			for i := range q {
				out[u][i] += part.basis.At(i, j) * part.scale[j] * mean[a]
			}
		}
	}
	return out
}
