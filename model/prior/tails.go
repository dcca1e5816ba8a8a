package prior

import (
	"cmp"
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/model"
)

// The residual of an utterance is large in all of its components or small in all of them:
// some utterances are unusual. A Gaussian does not know that: its rows of 64 components have
// nearly the same size. The noise of a missing row is therefore the filter's, times a factor
// of mean square 1: a scale mixture of Gaussians (Andrews and Mallows, JRSS B 36, 1974). A
// part of the factor is told by what is observed (sizes.go). The rest is drawn from the
// distribution that it has in training. The covariance within an utterance remains. That
// between two utterances shrinks by the square of the drawn part's mean, which is .85 to .95
// on real conversations.

const (
	tailLevels = 65  // quantiles that are kept
	hidden     = 0.5 // share of the cells that are hidden where sizes are measured
	// tailTrust is the power to which drawn sizes are raised: those of the training
	// conversations vary more than those of new ones are known to.
	tailTrust = 0.75
)

// hiddenRows are the rows of a training conversation that were hidden from the prior.
type hiddenRows struct {
	posterior *Posterior                   // the sizes that it found observed; no more
	at        [erc.NumModalities][]int     // utterances
	sizes     [erc.NumModalities][]float64 // of their residuals
}

// tails measures the sizes of hidden residuals of the training conversations.
func (t *training) tails(ctx context.Context) error {
	found := make([]hiddenRows, len(t.truth))
	errs := make([]error, len(t.truth))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range t.truth {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				found[i], errs[i] = t.hiddenRows(i)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	for _, m := range erc.Modalities {
		t.parts[m].setUsual(found, m)
	}
	for _, m := range erc.Modalities {
		t.parts[m].setTails(found, m)
	}
	return nil
}

// setUsual sets the mean logarithm of the sizes of observed rows.
func (p *part) setUsual(found []hiddenRows, m erc.Modality) {
	if p == nil {
		return
	}
	sum, count := 0.0, 0.0
	for i := range found {
		for _, size := range found[i].posterior.sizes[m] {
			if !math.IsNaN(size) {
				sum, count = sum+size, count+1
			}
		}
	}
	p.usual = sum / max(count, 1)
}

// setTails fits what signs tell of sizes, and the distribution of what they do not tell.
// Too few hidden rows leave the noise as it is.
func (p *part) setTails(found []hiddenRows, m erc.Modality) {
	var signs [][]float64
	var sizes []float64
	for i := range found {
		of := found[i].posterior.signs(m)
		for _, u := range found[i].at[m] {
			signs = append(signs, of[u])
		}
		sizes = append(sizes, found[i].sizes[m]...)
	}
	if len(sizes) <= tailLevels {
		return
	}
	p.signs = regressSizes(signs, sizes)
	mean := 0.0
	for i := range sizes {
		factor := p.factor(signs[i])
		mean += factor / float64(len(sizes))
		sizes[i] /= factor
	}
	p.signs[signBias] -= math.Log(mean) // so that the factors have mean 1
	p.tails = quantilesOf(sizes)
}

// hiddenRows returns the sizes of the residuals of the hidden rows of a training
// conversation.
func (t *training) hiddenRows(i int) (out hiddenRows, err error) {
	c := t.hide(i)
	p, err := t.Condition(&c, true)
	if err != nil {
		return out, err
	}
	for _, m := range erc.Modalities {
		part := t.parts[m]
		if part.width() == 0 {
			continue
		}
		mean, variance := p.Mean(m), p.residual[m].Variance()
		for u, z := range t.z[i][m] {
			if z == nil || c.Present[u].Has(m) {
				continue
			}
			if size := part.size(part.components(difference(z, mean[u])), variance[u]); size > 0 {
				out.at[m], out.sizes[m] = append(out.at[m], u), append(out.sizes[m], size)
			}
		}
	}
	out.posterior = &Posterior{prior: t.Gaussian, n: p.n, sizes: p.sizes, speakers: p.speakers}
	return out, nil
}

// hide returns a training conversation with half of its cells hidden at random.
func (t *training) hide(i int) model.Conversation {
	c := t.seen[i]
	c.Features = t.truth[i].Features
	c.Present = slices.Clone(t.truth[i].Present)
	rng := stream.New(0, "prior tails", c.Key, uint64(c.Part))
	for u, has := range c.Present {
		left := erc.None
		for _, m := range erc.Modalities {
			if has.Has(m) && rng.Float64() >= hidden {
				left = left.With(m)
			}
		}
		c.Present[u] = left
	}
	return c
}

// quantilesOf returns evenly spaced quantiles of the square roots of sizes, scaled so that
// the squares of what is drawn between them have mean 1.
func quantilesOf(sizes []float64) []float64 {
	slices.Sort(sizes)
	out := make([]float64, tailLevels)
	for k := range out {
		out[k] = math.Pow(quantile(sizes, float64(k)/(tailLevels-1)), tailTrust/2)
	}
	mean := 0.0
	for k := 1; k < tailLevels; k++ { // of the square between two quantiles, at all levels
		a, b := out[k-1], out[k]
		mean += (a*a + a*b + b*b) / 3 / (tailLevels - 1)
	}
	for k := range out {
		out[k] /= math.Sqrt(mean)
	}
	return out
}
