package prior

import (
	"math"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/spectral"
)

// Posterior is the distribution of the coordinates of what is missing in a conversation of
// n utterances, given what is observed. It is safe for concurrent use.
type Posterior struct {
	prior    *Gaussian
	n        int
	known    [erc.NumModalities][][]float64 // [n][q] observed coordinates, nil where missing
	expected [erc.NumModalities][][]float64 // [n][q] what the other modalities say
	residual [erc.NumModalities]*spectral.Posterior
	sizes    [erc.NumModalities][]float64 // [n] logarithms of the sizes of the observed residuals, NaN where missing
	speakers []erc.Speaker                // nil where speakers do not count

	once     [erc.NumModalities]sync.Once
	variance [erc.NumModalities][][]float64 // see Variance
}

// Condition returns the distribution of what is missing in a conversation. A training
// conversation is regressed by the maps that were fitted without it, as long as the prior
// has them (see Load). Time and memory are linear in the utterances.
func (g *Gaussian) Condition(c *model.Conversation, training bool) (*Posterior, error) {
	return g.conditionOn(g.coordinates(c.Features, c.Present), c, training)
}

// conditionOn is Condition for a conversation whose observed coordinates are known.
func (g *Gaussian) conditionOn(known [erc.NumModalities][][]float64, c *model.Conversation, training bool) (*Posterior, error) {
	p := &Posterior{prior: g, n: c.Len(), known: known}
	if g.settings.Speakers {
		p.speakers = c.Speakers
	}
	fold := -1
	if training {
		fold = g.fold(c.Key)
	}
	for _, m := range erc.Modalities {
		if g.parts[m].width() == 0 {
			continue
		}
		if err := p.condition(m, c, fold); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// coordinates returns the observed rows of all modalities along their axes, nil where missing.
func (g *Gaussian) coordinates(features [erc.NumModalities][][]float32, present []erc.Present) (out [erc.NumModalities][][]float64) {
	for _, m := range erc.Modalities {
		out[m] = g.parts[m].coordinates(features[m], present, m)
	}
	return out
}

// coordinates returns the observed rows of a modality along its axes, nil where missing.
func (p *part) coordinates(features [][]float32, present []erc.Present, m erc.Modality) [][]float64 {
	out := make([][]float64, len(present))
	if p == nil {
		return out
	}
	width, q := p.axes.Dims()
	x := mat.NewDense(max(len(present), 1), width, nil)
	count := 0
	for u, has := range present {
		if !has.Has(m) {
			continue
		}
		row := x.RawRowView(count)
		for j, v := range features[u] {
			row[j] = float64(v)
		}
		count++
	}
	if count == 0 {
		return out
	}
	z := mat.NewDense(count, q, nil)
	z.Mul(x.Slice(0, count, 0, width), p.axes)
	count = 0
	for u, has := range present {
		if has.Has(m) {
			out[u] = z.RawRowView(count)
			count++
		}
	}
	return out
}

// condition fills in one modality.
func (p *Posterior) condition(m erc.Modality, c *model.Conversation, fold int) error {
	part := p.prior.parts[m]
	by := make([]int, p.n)
	for u, present := range c.Present {
		by[u] = part.usable(pattern(m, present))
	}
	p.expected[m] = p.prior.expect(m, by, p.known, fold)
	track := spectral.Track{Rows: make([][]float64, p.n), Observed: make([]bool, p.n), Speakers: p.speakers}
	for u, z := range p.known[m] {
		if z == nil {
			continue
		}
		track.Observed[u] = true
		track.Rows[u] = part.components(difference(z, p.expected[m][u]))
	}
	p.sizes[m] = part.observedSizes(track.Rows, track.Observed)
	var err error
	p.residual[m], err = part.filter.Condition(track)
	return err
}

// expect returns the regression of modality m on the others in every utterance, [n][q].
func (g *Gaussian) expect(m erc.Modality, by []int, known [erc.NumModalities][][]float64, fold int) [][]float64 {
	q := g.parts[m].width()
	out := make([][]float64, len(by))
	for u := range by {
		out[u] = make([]float64, q)
		w := g.parts[m].mapOf(by[u], fold)
		if w == nil {
			continue
		}
		at := 0
		for k, other := range others(m) {
			if by[u]&(1<<k) == 0 {
				continue
			}
			for _, v := range known[other][u] {
				floats.AddScaled(out[u], v, w.RawRowView(at))
				at++
			}
		}
	}
	return out
}

// mapOf returns the map of a pattern that was fitted without a fold; of all conversations
// for fold −1, or where the prior does not have those of the folds.
func (p *part) mapOf(pattern, fold int) *mat.Dense {
	if fold >= 0 && p.folds != nil {
		return p.folds[fold][pattern]
	}
	return p.maps[pattern]
}

// usable returns a pattern if training had it, and otherwise a part of it that training had.
func (p *part) usable(by int) int {
	for _, some := range []int{by, by & 1, by & 2} {
		if p.maps[some] != nil {
			return some
		}
	}
	return 0
}

// components returns a difference of coordinates along the axes of the residual, in units
// of its deviations.
func (p *part) components(difference []float64) []float64 {
	e := make([]float64, len(difference))
	for i, v := range difference {
		floats.AddScaled(e, v, p.basis.RawRowView(i))
	}
	for j, s := range p.scale {
		if s > leastScale {
			e[j] /= s
		} else {
			e[j] = 0
		}
	}
	return e
}

// leastScale is the deviation below which nothing varies along an axis.
const leastScale = 1e-6

// difference returns a − b.
func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for j := range a {
		out[j] = a[j] - b[j]
	}
	return out
}

// Mean returns the conditional mean of the coordinates of a modality, [n][q]: the observed
// ones as they are, and the best linear estimate of the missing ones. It is nil of a
// modality that training lacked.
func (p *Posterior) Mean(m erc.Modality) [][]float64 {
	if p.residual[m] == nil {
		return nil
	}
	out := p.residual[m].Mean()
	for u := range out {
		if p.known[m][u] != nil {
			copy(out[u], p.known[m][u])
			continue
		}
		out[u] = p.prior.parts[m].place(out[u])
		for j, v := range p.expected[m][u] {
			out[u][j] += v
		}
	}
	return out
}

// Noise returns a draw from the conditional distribution of the residual components less
// its mean, [n][q]: 0 where the modality is observed. The difference of coordinates that
// they stand for is that of Place. It is nil of a modality that training lacked.
func (p *Posterior) Noise(m erc.Modality, rng *rand.Rand) [][]float64 {
	if p.residual[m] == nil {
		return nil
	}
	out, tails := p.residual[m].Noise(rng), p.prior.parts[m].tails
	if tails == nil {
		return out
	}
	factors := p.factors(m)
	for u := range out {
		if p.known[m][u] != nil {
			continue
		}
		size := math.Sqrt(factors[u]) * quantile(tails, rng.Float64())
		for j := range out[u] {
			out[u][j] *= size
		}
	}
	return out
}

// quantile interpolates between evenly spaced quantiles at a level in [0,1].
func quantile(of []float64, level float64) float64 {
	at := level * float64(len(of)-1)
	below := min(int(at), len(of)-2)
	return of[below] + (at-float64(below))*(of[below+1]-of[below])
}

// Place returns the difference of coordinates, [q], that residual components stand for.
func (g *Gaussian) Place(m erc.Modality, components []float64) []float64 {
	return g.parts[m].place(components)
}

func (p *part) place(components []float64) []float64 {
	out := make([]float64, len(components))
	for j, s := range p.scale {
		floats.AddScaled(out, s*components[j], p.along.RawRowView(j))
	}
	return out
}

// fold returns the fold of a conversation, which depends on its Key only.
func (g *Gaussian) fold(key uint64) int { return int(key % uint64(g.settings.Folds)) }

// Raw returns the standardised features, [D], at coordinates along the axes of a modality.
func (g *Gaussian) Raw(m erc.Modality, z []float64) []float32 {
	axes := g.parts[m].axes
	width, _ := axes.Dims()
	out := make([]float32, width)
	for i := range out {
		sum := 0.0
		for j, v := range axes.RawRowView(i) {
			sum += v * z[j]
		}
		out[i] = float32(sum)
	}
	return out
}
