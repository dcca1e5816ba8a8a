package prior

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/model"
)

// unseen are conversations that the prior is not fitted to, of 1 to 20 utterances.
func unseen() []model.Conversation {
	rng := rand.New(rand.NewPCG(9, 9))
	var out []model.Conversation
	for i, n := range []int{1, 2, 7, 20} {
		c, _ := conversation(rng, uint64(100+i), n)
		out = append(out, c)
	}
	return out
}

// farthest returns the largest difference between rows.
func farthest(t *testing.T, got, want [][]float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d rows, want %d", len(got), len(want))
	}
	gap := 0.0
	for u := range want {
		if len(got[u]) != len(want[u]) {
			t.Fatalf("row %d: got %d numbers, want %d", u, len(got[u]), len(want[u]))
		}
		for j := range want[u] {
			gap = max(gap, math.Abs(got[u][j]-want[u][j]))
		}
	}
	return gap
}

// The mean is the textbook one, of conversations that training has not seen.
func TestMeanEqualsTheDenseComputation(t *testing.T) {
	for _, graph := range []bool{true, false} {
		g, _ := fitted(t, graph)
		for _, c := range unseen() {
			p := posterior(t, g, &c)
			for _, m := range erc.Modalities {
				want := textbook(g, m, &c, func(m erc.Modality) [patterns]*mat.Dense { return g.parts[m].maps })
				if gap := farthest(t, p.Mean(m), want); gap > 1e-9 {
					t.Errorf("graph %v, %d utterances, %s: got a mean %g from the dense computation, want at most 1e-9", graph, c.Len(), m, gap)
				}
			}
		}
	}
}

// In training, a conversation is regressed by the maps of its fold.
func TestTrainingMeanUsesTheMapsOfTheFold(t *testing.T) {
	g, _ := fitted(t, true)
	seen, _ := corpus(1)
	apart := 0.0
	for _, c := range seen[20:] {
		p, err := g.Condition(&c, true)
		if err != nil {
			t.Fatal(err)
		}
		plain := posterior(t, g, &c)
		for _, m := range erc.Modalities {
			want := textbook(g, m, &c, func(m erc.Modality) [patterns]*mat.Dense { return g.parts[m].folds[c.Key%uint64(testSettings.Folds)] })
			if gap := farthest(t, p.Mean(m), want); gap > 1e-9 {
				t.Errorf("conversation %d, %s: got a mean %g from the dense computation, want at most 1e-9", c.Key, m, gap)
			}
			apart = max(apart, farthest(t, p.Mean(m), plain.Mean(m)))
		}
	}
	if apart < 1e-3 {
		t.Errorf("the mean in training differs by at most %g from that outside of it, want a difference", apart)
	}
}

// The noise has the textbook covariance over the missing utterances, components do not
// correlate, and where the modality is observed it is 0.
func TestNoiseHasTheConditionalCovariance(t *testing.T) {
	for name, settings := range map[string]Settings{"plain": testSettings, "tails": tailed} {
		t.Run(name, func(t *testing.T) {
			seen, truth := corpus(1)
			g, _ := fit(t, settings, true, seen, truth)
			checkNoise(t, g)
		})
	}
}

func checkNoise(t *testing.T, g *Gaussian) {
	t.Helper()
	const draws = 2000
	c := unseen()[2]
	p := posterior(t, g, &c)
	for _, m := range erc.Modalities {
		rng := rand.New(rand.NewPCG(4, uint64(m)))
		observed, missing := split(&c, m)
		q := g.parts[m].width()
		sums := make([]*mat.Dense, q*q)
		for i := range sums {
			sums[i] = mat.NewDense(len(missing), len(missing), nil)
		}
		for range draws {
			noise := p.Noise(m, rng)
			for _, u := range observed {
				for j, v := range noise[u] {
					if v != 0 {
						t.Fatalf("%s, utterance %d, component %d: got noise %g where it is observed, want 0", m, u, j, v)
					}
				}
			}
			for j := range q {
				for k := range q {
					for a, u := range missing {
						for b, v := range missing {
							sum := sums[j*q+k]
							sum.Set(a, b, sum.At(a, b)+noise[u][j]*noise[v][k]/draws)
						}
					}
				}
			}
		}
		compareCovariance(t, g, m, &c, sums, draws)
	}
}

// keptBetween returns by how much the factors of two utterances scale the covariance between them:
// their mean squared, which is 1 without tails.
func keptBetween(tails []float64) float64 {
	if tails == nil {
		return 1
	}
	mean := 0.0
	for k := 1; k < len(tails); k++ {
		mean += (tails[k-1] + tails[k]) / 2 / float64(len(tails)-1)
	}
	return mean * mean
}

// compareCovariance compares sample covariances of pairs of components with the textbook,
// in standard errors of Gaussian draws, √((K_uu·K_vv + K_uv²)/draws).
func compareCovariance(t *testing.T, g *Gaussian, m erc.Modality, c *model.Conversation, got []*mat.Dense, draws float64) {
	t.Helper()
	q := g.parts[m].width()
	observed, missing := split(c, m)
	factors := posterior(t, g, c).factors(m)
	var own []*mat.Dense
	for j := range q {
		_, covariance := conditional(g, m, c, j, make([]float64, len(observed)))
		for a, u := range missing {
			for b, v := range missing {
				covariance.Set(a, b, covariance.At(a, b)*math.Sqrt(factors[u]*factors[v]))
			}
		}
		own = append(own, covariance)
	}
	for j := range q {
		for k := range q {
			for a := range missing {
				for b := range missing {
					want := 0.0
					if j == k {
						want = own[j].At(a, b)
					}
					if a != b {
						want *= keptBetween(g.parts[m].tails)
					}
					deviation := math.Sqrt((own[j].At(a, a)*own[k].At(b, b) + want*want) / draws)
					if gap := math.Abs(got[j*q+k].At(a, b) - want); !(gap <= 6*deviation) {
						t.Errorf("%s, components %d and %d, utterances %d and %d: got covariance %.3f, want %.3f ± %.3f",
							m, j, k, missing[a], missing[b], got[j*q+k].At(a, b), want, deviation)
					}
				}
			}
		}
	}
}

// Without a graph, the residual of an utterance says nothing of another, and the noise of
// utterances does not correlate.
func TestWithoutAGraphUtterancesAreIndependent(t *testing.T) {
	for _, graph := range []bool{false, true} {
		g, _ := fitted(t, graph)
		c := unseen()[2]
		for u := range c.Present {
			c.Present[u] = erc.None.With(erc.Text)
			c.Features[erc.Text][u] = make([]float32, testDims[erc.Text])
		}
		c.Present[0] = c.Present[0].With(erc.Audio)
		mean := func(audio float32) [][]float64 {
			x := make([]float32, testDims[erc.Audio])
			for j := range x {
				x[j] = audio
			}
			c.Features[erc.Audio][0] = x
			return posterior(t, g, &c).Mean(erc.Audio)[1:]
		}
		moved := farthest(t, mean(3), mean(-3))
		if independent := moved == 0; independent == graph {
			t.Errorf("graph %v: the audio of utterance 0 moves the mean of others by %g", graph, moved)
		}
		rng, p := rand.New(rand.NewPCG(5, 1)), posterior(t, g, &c)
		const draws = 2000
		product := 0.0
		for range draws {
			noise := p.Noise(erc.Audio, rng)
			product += noise[1][0] * noise[2][0] / draws
		}
		if independent := math.Abs(product) < 5/math.Sqrt(draws); independent == graph {
			t.Errorf("graph %v: neighbours have covariance %.3f in 2000 draws", graph, product)
		}
	}
}

// Values that were withheld are not read, neither by Condition nor by Fit, which takes
// features from the truth.
func TestWithheldValuesDoNotMatter(t *testing.T) {
	poison := func(features *[erc.NumModalities][][]float32, present []erc.Present) {
		for _, m := range erc.Modalities {
			for u, has := range present {
				if has.Has(m) {
					continue
				}
				x := make([]float32, testDims[m])
				for j := range x {
					x[j] = float32(math.NaN())
				}
				features[m][u] = x
			}
		}
	}
	seen, truth := corpus(1)
	for u := range truth[3].Present {
		if u%2 == 0 {
			truth[3].Present[u] = truth[3].Present[u] &^ erc.None.With(erc.Audio)
		}
	}
	clean, _ := fit(t, testSettings, true, seen, truth)
	for i := range seen {
		poison(&seen[i].Features, seen[i].Present)
		poison(&truth[i].Features, truth[i].Present)
	}
	poisoned, _ := fit(t, testSettings, true, seen, truth)
	for _, c := range unseen() {
		p := posterior(t, clean, &c)
		poison(&c.Features, c.Present)
		other := posterior(t, poisoned, &c)
		for _, m := range erc.Modalities {
			if gap := farthest(t, other.Mean(m), p.Mean(m)); gap != 0 {
				t.Errorf("%d utterances, %s: withheld values move the mean by %g", c.Len(), m, gap)
			}
			got, want := other.Noise(m, rand.New(rand.NewPCG(1, 1))), p.Noise(m, rand.New(rand.NewPCG(1, 1)))
			if gap := farthest(t, got, want); gap != 0 {
				t.Errorf("%d utterances, %s: withheld values move the noise by %g", c.Len(), m, gap)
			}
		}
	}
}

// The map of a training conversation does not depend on its own features: they enter only
// the choice of the penalty, which a change as small as this one leaves alone.
func TestMapsAreFittedWithoutTheConversation(t *testing.T) {
	seen, truth := corpus(1)
	maps := func(change float64) [][patterns]*mat.Dense {
		g := New(testDims, testSettings, true)
		f := &training{Gaussian: g, seen: seen, truth: truth}
		if err := f.project(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, m := range erc.Modalities {
			for _, z := range f.z[5][m] {
				for j := range z {
					z[j] *= 1 + change*float64(m+1)
				}
			}
		}
		if err := f.regress(t.Context()); err != nil {
			t.Fatal(err)
		}
		return append([][patterns]*mat.Dense{g.parts[erc.Audio].maps}, g.parts[erc.Audio].folds...)
	}
	before, after := maps(0), maps(1e-3)
	own := New(testDims, testSettings, true).fold(seen[5].Key)
	for i := range before {
		for by := 1; by < patterns; by++ {
			same := mat.Equal(before[i][by], after[i][by])
			if want := i == 1+own; same != want {
				t.Errorf("map %d of pattern %d: unchanged %v, want %v", i, by, same, want)
			}
		}
	}
}

// A modality that training lacks has no mean and no noise, wherever it turns up.
func TestModalityThatTrainingLacks(t *testing.T) {
	seen, truth := corpus(1)
	for i := range truth {
		for u := range truth[i].Present {
			truth[i].Present[u] = truth[i].Present[u] &^ erc.None.With(erc.Visual)
			seen[i].Present[u] = seen[i].Present[u] &^ erc.None.With(erc.Visual)
			truth[i].Features[erc.Visual][u], seen[i].Features[erc.Visual][u] = nil, nil
		}
	}
	g, _ := fit(t, testSettings, true, seen, truth)
	for _, c := range unseen() {
		p := posterior(t, g, &c)
		if got := p.Mean(erc.Visual); got != nil {
			t.Errorf("%d utterances: got a mean %v of a modality that training lacks, want none", c.Len(), got)
		}
		if got := p.Noise(erc.Visual, rand.New(rand.NewPCG(1, 1))); got != nil {
			t.Errorf("%d utterances: got noise %v of a modality that training lacks, want none", c.Len(), got)
		}
		for u := range c.Present { // the textbook does not read it either
			c.Present[u] = c.Present[u] &^ erc.None.With(erc.Visual)
		}
		for _, m := range []erc.Modality{erc.Text, erc.Audio} {
			want := textbook(g, m, &c, func(m erc.Modality) [patterns]*mat.Dense { return g.parts[m].maps })
			if gap := farthest(t, p.Mean(m), want); gap > 1e-9 {
				t.Errorf("%d utterances, %s: got a mean %g from the dense computation, want at most 1e-9", c.Len(), m, gap)
			}
		}
	}
}

// Conversations without an utterance, and those in which nothing is missing.
func TestConversationsWithNothingToComplete(t *testing.T) {
	g, _ := fitted(t, true)
	empty := posterior(t, g, &model.Conversation{})
	for _, m := range erc.Modalities {
		if got := len(empty.Mean(m)) + len(empty.Noise(m, rand.New(rand.NewPCG(1, 1)))); got != 0 {
			t.Errorf("%s: got %d rows of an empty conversation, want none", m, got)
		}
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{1, 9} {
		c, truth := conversation(rng, 7, n)
		c.Features, c.Present = truth.Features, truth.Present
		p := posterior(t, g, &c)
		for _, m := range erc.Modalities {
			if gap := farthest(t, p.Mean(m), g.parts[m].coordinates(c.Features[m], c.Present, m)); gap != 0 {
				t.Errorf("%d utterances, %s: the mean is %g from what is observed, want no difference", n, m, gap)
			}
			for u, row := range p.Noise(m, rand.New(rand.NewPCG(1, 1))) {
				for _, v := range row {
					if v != 0 {
						t.Errorf("%d utterances, %s, utterance %d: got noise %g, want 0", n, m, u, v)
					}
				}
			}
		}
	}
}
