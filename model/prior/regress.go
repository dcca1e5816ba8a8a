package prior

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// penalties are the ridge penalties, in units of the number of rows, of which
// cross-validation over the folds chooses one for each map.
var penalties = []float64{0.03, 0.1, 0.3, 1, 3, 10}

// rows holds the moments of the utterances that have a modality and some others, fold by
// fold: of sources x [S] and targets y [q].
type rows struct {
	count int
	folds []moments
}

type moments struct {
	count  int
	xx, xy *mat.Dense // [S,S], [S,q]
	yy     float64    // sum of squares
}

// rows returns the moments of a modality on some of the others.
func (t *training) rows(m erc.Modality, by int) rows {
	width := 0
	for k, other := range others(m) {
		if by&(1<<k) != 0 {
			width += t.parts[other].width()
		}
	}
	q := t.parts[m].width()
	out := rows{folds: make([]moments, t.settings.Folds)}
	if width == 0 {
		return out
	}
	for f := range out.folds {
		out.folds[f] = t.moments(m, by, f, width, q)
		out.count += out.folds[f].count
	}
	return out
}

// moments returns those of one fold.
func (t *training) moments(m erc.Modality, by, fold, width, q int) moments {
	var xs, ys []float64
	s := moments{xx: mat.NewDense(width, width, nil), xy: mat.NewDense(width, q, nil)}
	for i := range t.truth {
		if t.fold(t.seen[i].Key) != fold {
			continue
		}
		for u, has := range t.truth[i].Present {
			if !has.Has(m) || pattern(m, has)&by != by {
				continue
			}
			s.count++
			for k, other := range others(m) {
				if by&(1<<k) != 0 {
					xs = append(xs, t.z[i][other][u]...)
				}
			}
			ys = append(ys, t.z[i][m][u]...)
		}
	}
	if s.count == 0 {
		return s
	}
	x, y := mat.NewDense(s.count, width, xs), mat.NewDense(s.count, q, ys)
	s.xx.Mul(x.T(), x)
	s.xy.Mul(x.T(), y)
	for _, v := range ys {
		s.yy += v * v
	}
	return s
}

// without adds up the folds but one; −1 leaves out none.
func (r rows) without(fold int) moments {
	width, q := r.folds[0].xy.Dims()
	s := moments{xx: mat.NewDense(width, width, nil), xy: mat.NewDense(width, q, nil)}
	for f, of := range r.folds {
		if f == fold {
			continue
		}
		s.count += of.count
		s.xx.Add(s.xx, of.xx)
		s.xy.Add(s.xy, of.xy)
		s.yy += of.yy
	}
	return s
}

// solve returns the map fitted on all conversations, and then those fitted without each
// fold, at the penalty whose maps miss the least in the folds that they were fitted
// without.
func (r rows) solve(ctx context.Context) ([]*mat.Dense, error) {
	all := make([]moments, 1+len(r.folds))
	for f := range all {
		all[f] = r.without(f - 1)
	}
	var best []*mat.Dense
	least := 0.0
	for _, penalty := range penalties {
		missed := 0.0
		maps := make([]*mat.Dense, len(all))
		for f := range all {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var err error
			if maps[f], err = all[f].ridge(penalty); err != nil {
				return nil, err
			}
			if f > 0 {
				missed += r.folds[f-1].missed(maps[f])
			}
		}
		if best == nil || missed < least {
			best, least = maps, missed
		}
	}
	return best, nil
}

// ridge solves (XᵀX + penalty·count·I)·W = XᵀY; zero without rows.
func (s moments) ridge(penalty float64) (*mat.Dense, error) {
	width, q := s.xy.Dims()
	w := mat.NewDense(width, q, nil)
	if s.count == 0 {
		return w, nil
	}
	left := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			left.SetSym(i, j, s.xx.At(i, j))
		}
		left.SetSym(i, i, s.xx.At(i, i)+penalty*float64(s.count))
	}
	var factor mat.Cholesky
	if !factor.Factorize(left) {
		return nil, fmt.Errorf("prior: the normal equations are not positive definite")
	}
	return w, factor.SolveTo(w, s.xy)
}

// missed returns the sum of squares that a map misses, ‖Y − XW‖².
func (s moments) missed(w *mat.Dense) float64 {
	var xw mat.Dense
	xw.Mul(s.xx, w)
	rows, columns := w.Dims()
	sum := s.yy
	for i := range rows {
		for j := range columns {
			sum += w.At(i, j) * (xw.At(i, j) - 2*s.xy.At(i, j))
		}
	}
	return sum
}
