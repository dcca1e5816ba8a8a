package paper

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"

	"gsdnet/erc"
	"gsdnet/model"
)

// constDeviation [M] is the training deviation of the diffused residual: it
// brings λ_m − λ_m,obs (or A_m − A_m,obs) to unit scale.
const constDeviation = "deviation"

// leastDeviation keeps the scale finite on data in which nothing is missing.
const leastDeviation = 1e-3

// Fit measures the deviation over the modalities in which something is missing.
func (n *Net) Fit(ctx context.Context, p *model.Params, seen []model.Conversation, truth []model.Truth) error {
	if n.cfg.Graph == GraphNone {
		return nil
	}
	all := make([]residuals, len(seen))
	if err := n.measure(ctx, all, seen, truth); err != nil {
		return err
	}
	var squares, counts [erc.NumModalities]float64
	for i := range all {
		for m := range squares {
			squares[m] += all[i].squares[m]
			counts[m] += all[i].counts[m]
		}
	}
	deviation := make([]float32, erc.NumModalities)
	for m := range deviation {
		deviation[m] = float32(max(leastDeviation, math.Sqrt(squares[m]/max(counts[m], 1))))
	}
	return p.SetConstant(constDeviation, deviation, erc.NumModalities)
}

// residuals are the sums of squares of the modalities of one conversation in which
// something is missing, and the numbers of elements.
type residuals struct{ squares, counts [erc.NumModalities]float64 }

// measure fills in the residuals of conversations, a few at a time: their graphs are
// not kept.
func (n *Net) measure(ctx context.Context, all []residuals, seen []model.Conversation, truth []model.Truth) error {
	errs := make([]error, len(seen))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range seen {
		slots <- struct{}{}
		if errs[i] = ctx.Err(); errs[i] != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			g, err := n.analyseOne(&seen[i], &truth[i])
			if errs[i] = err; err != nil {
				return
			}
			for _, m := range erc.Modalities {
				if !whole(seen[i].Present, m) {
					all[i].squares[m], all[i].counts[m] = n.residual(g, int(m))
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// residual sums the squares of one modality's residual, and counts its elements.
func (n *Net) residual(g *graphs, m int) (square, count float64) {
	if n.cfg.Graph == GraphSpectral {
		for k := range g.lambda[m] {
			d := g.target[m][k] - g.lambda[m][k]
			square += d * d
		}
		return square, float64(len(g.lambda[m]))
	}
	length := g.observed[m].SymmetricDim()
	for i := range length {
		for j := range length {
			d := g.complete[m].At(i, j) - g.observed[m].At(i, j)
			square += d * d
		}
	}
	return square, float64(length * length)
}

// whole says that nothing of modality m is missing.
func whole(present []erc.Present, m erc.Modality) bool {
	for _, p := range present {
		if !p.Has(m) {
			return false
		}
	}
	return true
}
