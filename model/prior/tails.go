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
// with the distribution that sizes have in training: a scale mixture of Gaussians (Andrews
// and Mallows, JRSS B 36, 1974). The factor has mean square 1, so that the covariance within
// an utterance remains. That between two utterances, whose factors are independent, shrinks
// by the square of the factor's mean, which is .85 to .95 on real conversations.

const (
	tailLevels = 65  // quantiles that are kept
	hidden     = 0.5 // share of the cells that are hidden where sizes are measured
	// tailTrust is the power to which sizes are raised: those of the training conversations
	// vary more than those of new ones are known to.
	tailTrust = 0.75
)

// tails measures the sizes of the residuals of hidden cells of the training conversations.
func (t *training) tails(ctx context.Context) error {
	found := make([][erc.NumModalities][]float64, len(t.truth))
	errs := make([]error, len(t.truth))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range t.truth {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				found[i], errs[i] = t.sizes(i)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	for m := range erc.NumModalities {
		var all []float64
		for i := range found {
			all = append(all, found[i][m]...)
		}
		if len(all) > tailLevels {
			t.parts[m].tails = quantilesOf(all)
		}
	}
	return nil
}

// sizes returns the mean squares of the residuals of the hidden cells of a training
// conversation, by modality.
func (t *training) sizes(i int) (out [erc.NumModalities][]float64, err error) {
	c := t.hide(i)
	p, err := t.Condition(&c, true)
	if err != nil {
		return out, err
	}
	for _, m := range erc.Modalities {
		if t.parts[m].width() == 0 {
			continue
		}
		mean, variance := p.Mean(m), p.residual[m].Variance()
		for u, z := range t.z[i][m] {
			if z == nil || c.Present[u].Has(m) {
				continue
			}
			if size := meanSquare(t.parts[m].components(difference(z, mean[u])), variance[u]); size > 0 {
				out[m] = append(out[m], size)
			}
		}
	}
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

// meanSquare is that of components in units of their conditional deviations; components
// without variance do not count.
func meanSquare(components, variance []float64) float64 {
	sum, count := 0.0, 0.0
	for j, v := range variance {
		if v > 0 {
			sum += components[j] * components[j] / v
			count++
		}
	}
	return sum / max(count, 1)
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
