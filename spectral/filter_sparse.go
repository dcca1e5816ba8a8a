package spectral

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// errFactor says that a precision matrix was not positive definite, which a checked
// Shape does not give.
var errFactor = errors.New("spectral: the precision matrix of a graph filter is not positive definite")

// pattern is the pattern of the Cholesky factor L of a sparse symmetric matrix whose
// variables are eliminated in their given order (Davis, Direct Methods for Sparse
// Linear Systems, 2006, §4). gonum has no sparse factorisation.
type pattern struct {
	start []int32 // [n+1]: column j of L is rows[start[j]:start[j+1]]
	rows  []int32 // the rows of each column in rising order, the diagonal first
}

// newPattern returns the pattern of L for a matrix of n variables whose entries are
// the squares clique × clique of the given lists of variables.
func newPattern(n int, cliques [][]int32) pattern {
	below := make([][]int32, n) // rows below the diagonal of column j, with repetitions
	for _, clique := range cliques {
		sorted := slices.Sorted(slices.Values(clique))
		for at, j := range sorted {
			below[j] = append(below[j], sorted[at+1:]...)
		}
	}
	p := pattern{start: make([]int32, n+1)}
	for j := range n {
		slices.Sort(below[j])
		column := slices.Compact(below[j])
		column = slices.DeleteFunc(column, func(i int32) bool { return i == int32(j) })
		p.rows = append(append(p.rows, int32(j)), column...)
		p.start[j+1] = int32(len(p.rows))
		if len(column) > 1 { // the fill that eliminating j causes reaches the parent column
			below[column[0]] = append(below[column[0]], column[1:]...)
		}
		below[j] = nil
	}
	return p
}

func (p pattern) len() int { return len(p.start) - 1 }

// at returns where entry (i, j) of the lower triangle is stored, with the two indices
// in either order.
func (p pattern) at(i, j int32) int32 {
	i, j = max(i, j), min(i, j)
	column := p.rows[p.start[j]:p.start[j+1]]
	k, found := slices.BinarySearch(column, i)
	if !found {
		panic("spectral: entry outside the pattern of a graph filter")
	}
	return p.start[j] + int32(k)
}

// factor overwrites the lower triangle of a matrix, stored in the pattern, by its
// Cholesky factor, column after column. The cost is the sum over the columns of the
// square of their lengths.
func (p pattern) factor(values []float64) error {
	n := p.len()
	work := make([]float64, n)
	head := make([]int32, n)  // first column whose next row is j, in a linked list; −1 none
	next := make([]int32, n)  // the following column of that list
	reach := make([]int32, n) // where the next row of a finished column is stored
	for j := range head {
		head[j] = -1
	}
	for j := range n {
		begin, end := p.start[j], p.start[j+1]
		for at := begin; at < end; at++ {
			work[p.rows[at]] = values[at]
		}
		for k := head[j]; k >= 0; {
			following := next[k]
			scale := values[reach[k]]
			for at := reach[k]; at < p.start[k+1]; at++ {
				work[p.rows[at]] -= scale * values[at]
			}
			p.queue(head, next, reach, k, reach[k]+1)
			k = following
		}
		pivot := work[j]
		if !(pivot > 0) || math.IsInf(pivot, 1) {
			return errFactor
		}
		root := math.Sqrt(pivot)
		values[begin] = root
		for at := begin + 1; at < end; at++ {
			values[at] = work[p.rows[at]] / root
		}
		p.queue(head, next, reach, int32(j), begin+1)
	}
	return nil
}

// queue puts finished column k into the list of the row that is stored at position at.
func (p pattern) queue(head, next, reach []int32, k, at int32) {
	if at == p.start[k+1] {
		return
	}
	reach[k] = at
	row := p.rows[at]
	next[k], head[row] = head[row], k
}

// forward solves L·Y = X in place; x is [n][width], row after row.
func (p pattern) forward(l, x []float64, width int) {
	for j := range p.len() {
		row := x[j*width : (j+1)*width]
		floats.Scale(1/l[p.start[j]], row)
		for at := p.start[j] + 1; at < p.start[j+1]; at++ {
			i := int(p.rows[at])
			floats.AddScaled(x[i*width:(i+1)*width], -l[at], row)
		}
	}
}

// backward solves Lᵀ·Y = X in place; x is [n][width], row after row.
func (p pattern) backward(l, x []float64, width int) {
	for j := p.len() - 1; j >= 0; j-- {
		row := x[j*width : (j+1)*width]
		for at := p.start[j] + 1; at < p.start[j+1]; at++ {
			i := int(p.rows[at])
			floats.AddScaled(row, -l[at], x[i*width:(i+1)*width])
		}
		floats.Scale(1/l[p.start[j]], row)
	}
}

// logDet returns log det(L·Lᵀ).
func (p pattern) logDet(l []float64) float64 {
	sum := 0.0
	for j := range p.len() {
		sum += math.Log(l[p.start[j]])
	}
	return 2 * sum
}

// inverse returns the entries of (L·Lᵀ)⁻¹ that lie in the pattern (Takahashi, Fagan
// and Chen, 1973). The cost is that of factor.
func (p pattern) inverse(l []float64) []float64 {
	out := make([]float64, len(l))
	work := make([]float64, p.len())
	for j := p.len() - 1; j >= 0; j-- {
		begin, end := p.start[j], p.start[j+1]
		// out[i, j] = −Σ_k L[k, j]·out[i, k] / L[j, j] over the rows k below j; each
		// stored column k gives out[k, k] and, by symmetry, out[k, i] for i > k.
		for ak := begin + 1; ak < end; ak++ {
			k := p.rows[ak]
			for at := p.start[k]; at < p.start[k+1]; at++ {
				work[p.rows[at]] = out[at]
			}
			out[ak] -= l[ak] * work[k]
			for ai := ak + 1; ai < end; ai++ {
				s := work[p.rows[ai]]
				out[ai] -= l[ak] * s
				out[ak] -= l[ai] * s
			}
		}
		root := l[begin]
		diagonal := 1 / root
		for at := begin + 1; at < end; at++ {
			out[at] /= root
			diagonal -= l[at] * out[at]
		}
		out[begin] = diagonal / root
	}
	return out
}
