package spectral

import (
	"math"
	"math/rand/v2"
)

// Posterior is the exact Gaussian distribution of the rows of a track that are not
// observed, given those that are: for each component its mean is K_mo K_oo⁻¹ e_o and
// its covariance K_mm − K_mo K_oo⁻¹ K_om, with m the missing and o the observed rows
// (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, Eqs. 2.25 and
// 2.30). It is safe for concurrent use.
type Posterior struct {
	filter        *Filter
	track         Track
	groups        []group
	logLikelihood float64
}

// group holds the components of one shape.
type group struct {
	*factored
	components []int
	mean       []float64 // [variables][components] of the latent variables
}

// Condition returns the distribution of the missing rows of a track. The filter and the
// track must not change while the posterior is in use. Components of one shape share a
// factorisation. Time and memory are linear in the utterances: with s speakers who
// speak by turns, a factorisation takes about 8(1+s)² operations and a component about
// 8(1+s) operations for each utterance. It returns an error for an invalid filter, for
// lengths that do not match, and for observed values that are not finite.
func (f *Filter) Condition(t Track) (*Posterior, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	if err := t.check(len(f.Variances)); err != nil {
		return nil, err
	}
	p := &Posterior{filter: f, track: t}
	members := make([][]int, len(f.Shapes))
	for j, k := range f.Assigned {
		members[k] = append(members[k], j)
	}
	layouts := layouts{n: len(t.Rows), chains: chainsOf(len(t.Rows), t.Speakers)}
	known := lowPasses{}
	for k, components := range members {
		if len(components) == 0 {
			continue
		}
		fact, err := layouts.of(f.Shapes[k].parts()).factor(f.Shapes[k], t.Observed, known)
		if err != nil {
			return nil, err
		}
		p.condition(fact, components)
	}
	return p, nil
}

// layouts keeps the latents of one conversation by the parts that shapes use.
type layouts struct {
	n      int
	chains []chain
	known  map[parts]*latents
}

func (l *layouts) of(p parts) *latents {
	if l.known == nil {
		l.known = map[parts]*latents{}
	}
	if l.known[p] == nil {
		l.known[p] = newLatents(l.n, l.chains, p)
	}
	return l.known[p]
}

// condition adds the group of the components of one shape.
func (p *Posterior) condition(f *factored, components []int) {
	width := len(components)
	x := pick(&p.track, components)
	mean := f.gather(x, p.track.Observed, width)
	quad, count := f.quadratic(x, p.track.Observed, mean, width)
	f.pattern.backward(f.l, mean, width)
	for at, j := range components {
		if w := p.filter.Variances[j]; w > 0 && count > 0 {
			p.logLikelihood -= (float64(count)*math.Log(2*math.Pi*w) + f.logDet + quad[at]/w) / 2
		}
	}
	p.groups = append(p.groups, group{f, components, mean})
}

// pick returns the observed rows of a track in some components, nil where not observed.
func pick(t *Track, components []int) [][]float64 {
	x := make([][]float64, len(t.Rows))
	for i, seen := range t.Observed {
		if !seen {
			continue
		}
		x[i] = make([]float64, len(components))
		for at, j := range components {
			x[i][at] = t.Rows[i][j]
		}
	}
	return x
}

// quadratic returns eᵀR_oo⁻¹e of every component, and the number of observed rows. It
// overwrites the gathered h by L⁻¹h: eᵀR_oo⁻¹e = eᵀe/White − |L⁻¹h|² (Woodbury).
func (f *factored) quadratic(x [][]float64, observed []bool, h []float64, width int) (quad []float64, count int) {
	quad = make([]float64, width)
	for i, seen := range observed {
		if !seen {
			continue
		}
		count++
		for j, e := range x[i] {
			quad[j] += e * e / f.shape.White
		}
	}
	f.pattern.forward(f.l, h, width)
	for v := range f.pattern.len() {
		for j, e := range h[v*width : (v+1)*width] {
			quad[j] -= e * e
		}
	}
	return quad, count
}

// LogLikelihood returns the log density of the observed rows, in nats, summed over the
// components of variance above 0: the marginal likelihood, 0 where nothing is observed.
// The log density of the truth t of the missing rows given the observed ones is the
// LogLikelihood of the track completed by t less that of the track.
func (p *Posterior) LogLikelihood() float64 { return p.logLikelihood }

// Mean returns the conditional mean [n][r]. An observed row is its own mean.
func (p *Posterior) Mean() [][]float64 {
	out := p.rows(true)
	for _, g := range p.groups {
		g.sum(out, p.track.Observed, g.mean, nil)
	}
	return out
}

// Draw returns one exact draw [n][r] from the conditional distribution. An observed row
// is its own draw. The same state of rng gives the same draw.
func (p *Posterior) Draw(rng *rand.Rand) [][]float64 {
	out := p.rows(true)
	p.add(out, rng, true)
	return out
}

// Noise returns one exact draw [n][r] from the conditional distribution less its mean:
// Gaussian noise of mean 0 with the conditional covariance, 0 in the observed rows.
func (p *Posterior) Noise(rng *rand.Rand) [][]float64 {
	out := p.rows(false)
	p.add(out, rng, false)
	return out
}

// add adds a draw to the missing rows, around the conditional mean or around 0. The
// latent variables are drawn as L⁻ᵀη, whose covariance is (L·Lᵀ)⁻¹ (Rue, JRSS B 63,
// 2001).
func (p *Posterior) add(out [][]float64, rng *rand.Rand, around bool) {
	for _, g := range p.groups {
		width := len(g.components)
		u := make([]float64, g.pattern.len()*width)
		for at := range u {
			u[at] = rng.NormFloat64()
		}
		g.pattern.backward(g.l, u, width)
		scale := make([]float64, width)
		for at, j := range g.components {
			scale[at] = math.Sqrt(p.filter.Variances[j])
		}
		for at := range u {
			u[at] *= scale[at%width]
			if around {
				u[at] += g.mean[at]
			}
		}
		white := math.Sqrt(g.shape.White)
		g.sum(out, p.track.Observed, u, func(at int) float64 { return white * scale[at] * rng.NormFloat64() })
	}
}

// sum adds the latent variables u [variables][components], and a white term if there is
// one, to the missing rows of out.
func (g *group) sum(out [][]float64, observed []bool, u []float64, white func(at int) float64) {
	width := len(g.components)
	for i, seen := range observed {
		if seen {
			continue
		}
		for at, j := range g.components {
			for _, v := range g.uses[i] {
				out[i][j] += u[int(v)*width+at]
			}
			if white != nil {
				out[i][j] += white(at)
			}
		}
	}
}

// Variance returns the conditional marginal variances [n][r], 0 in the observed rows.
func (p *Posterior) Variance() [][]float64 {
	out := p.rows(false)
	for _, g := range p.groups {
		inverse := g.pattern.inverse(g.l)
		for i, seen := range p.track.Observed {
			if seen {
				continue
			}
			v := g.shape.White + g.square(i, inverse)
			for _, j := range g.components {
				out[i][j] = v * p.filter.Variances[j]
			}
		}
	}
	return out
}

// rows returns n rows of r zeros, or with the observed rows copied.
func (p *Posterior) rows(observed bool) [][]float64 {
	r := len(p.filter.Variances)
	flat := make([]float64, len(p.track.Rows)*r)
	out := make([][]float64, len(p.track.Rows))
	for i := range out {
		out[i] = flat[i*r : (i+1)*r : (i+1)*r]
		if observed && p.track.Observed[i] {
			copy(out[i], p.track.Rows[i])
		}
	}
	return out
}
