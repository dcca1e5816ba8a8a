package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// A product in the graph is a batch of matrix products C = A·B, each operand
// given by where its rows and columns lie.
type productAttr struct {
	m, n, k    int
	a, b       matrix
	ldc        int
	batch      []int // how many products, along several axes
	aStep      []int // how far A, B and C move along each
	bStep      []int
	cStep      []int
	dot        dotAttr
	lhsR, rhsR int // ranks of the free axes, to swap the operands
}

// A matrix is stored with rows, or if trans columns, ld apart.
type matrix struct {
	offset, ld int
	trans      bool
}

// axisGroup is a list of axes with the steps of an operand along them.
type axisGroup struct{ dims, steps []int }

func (g *axisGroup) add(dim, step int) {
	g.dims, g.steps = append(g.dims, dim), append(g.steps, step)
}

// collapse returns size and step of the group as a single axis; if that is not
// possible, of its longest collapsible end, and how many axes remain before.
func (g axisGroup) collapse() (size, step, rest int) {
	size, step = 1, 0
	for i := len(g.dims) - 1; i >= 0; i-- {
		switch {
		case g.dims[i] == 1:
		case size == 1:
			size, step = g.dims[i], g.steps[i]
		case g.steps[i] == size*step:
			size *= g.dims[i]
		default:
			return size, step, i + 1
		}
	}
	return size, step, 0
}

// lowerDot adds a product, copying an operand only if neither its rows nor its
// columns are contiguous.
func (g *graph) lowerDot(a dotAttr, dims []int, lhs, rhs operand) operand {
	a = alignContraction(a, lhs.view)
	lhsFree := otherAxes(len(lhs.view.dims), a.lhsContract, a.lhsBatch)
	rhsFree := otherAxes(len(rhs.view.dims), a.rhsContract, a.rhsBatch)
	p, okA, okB := planProduct(a, lhs.view, rhs.view, lhsFree, rhsFree)
	if !okA || !okB {
		if !okA {
			lhs = g.arrange(lhs, slices.Concat(a.lhsBatch, lhsFree, a.lhsContract))
		}
		if !okB {
			rhs = g.arrange(rhs, slices.Concat(a.rhsBatch, rhsFree, a.rhsContract))
		}
		p, _, _ = planProduct(a, lhs.view, rhs.view, lhsFree, rhsFree)
	}
	p.dot, p.lhsR, p.rhsR = a, len(lhsFree), len(rhsFree)
	return g.merge(&value{
		op: compute.OpTypeDotGeneral, dtype: lhs.dtype, dims: dims, in: []operand{lhs, rhs}, attr: p,
	}).whole()
}

// arrange copies an operand so that its memory is in the order of axes; the
// view keeps the axes where they were.
func (g *graph) arrange(o operand, axes []int) operand {
	copied := g.materialise(operand{o.value, o.view.transpose(axes)})
	back := make([]int, len(axes))
	for i, a := range axes {
		back[a] = i
	}
	return operand{copied.value, copied.view.transpose(back)}
}

func otherAxes(rank int, used ...[]int) []int {
	var free []int
	for a := range rank {
		if !slices.ContainsFunc(used, func(u []int) bool { return slices.Contains(u, a) }) {
			free = append(free, a)
		}
	}
	return free
}

func groupOf(v view, axes []int) (g axisGroup) {
	for _, a := range axes {
		g.add(v.dims[a], v.strides[a])
	}
	return g
}

// planProduct lays the product out; okA and okB are false if an operand cannot
// be used where it lies.
func planProduct(a dotAttr, lhs, rhs view, lhsFree, rhsFree []int) (p productAttr, okA, okB bool) {
	kA, kB := groupOf(lhs, a.lhsContract), groupOf(rhs, a.rhsContract)
	m, n := groupOf(lhs, lhsFree), groupOf(rhs, rhsFree)
	var aK, aM, bK, bN, restA, restB, restM, restN int
	p.k, aK, restA = kA.collapse()
	_, bK, restB = kB.collapse()
	p.m, aM, restM = m.collapse()
	p.n, bN, restN = n.collapse()
	okA, okB = restA == 0, restB == 0
	if !okA || !okB {
		p.k = product(kA.dims)
	}
	p.ldc = product(n.dims)
	p.batch1(a, lhs, rhs, product(m.dims)*product(n.dims))
	p.batch2(m, restM, p.m*p.ldc, n, restN)
	var fitA, fitB bool
	p.a, fitA = matrixOf(lhs.offset, p.m, aM, p.k, aK)
	p.b, fitB = matrixOf(rhs.offset, p.k, bK, p.n, bN)
	return p, okA && fitA, okB && fitB
}

// alignContraction orders the contracted axes as they lie in the left operand.
func alignContraction(a dotAttr, lhs view) dotAttr {
	order := make([]int, len(a.lhsContract))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return lhs.strides[a.lhsContract[j]] - lhs.strides[a.lhsContract[i]]
	})
	l, r := make([]int, len(order)), make([]int, len(order))
	for i, o := range order {
		l[i], r[i] = a.lhsContract[o], a.rhsContract[o]
	}
	a.lhsContract, a.rhsContract = l, r
	return a
}

// batch1 adds the batch axes.
func (p *productAttr) batch1(a dotAttr, lhs, rhs view, each int) {
	step := each
	steps := make([]int, len(a.lhsBatch))
	for i := len(steps) - 1; i >= 0; i-- {
		steps[i] = step
		step *= lhs.dims[a.lhsBatch[i]]
	}
	for i := range steps {
		l, r := a.lhsBatch[i], a.rhsBatch[i]
		p.addBatch(lhs.dims[l], lhs.strides[l], rhs.strides[r], steps[i])
	}
}

// batch2 adds the free axes that did not fit into rows and columns.
func (p *productAttr) batch2(m axisGroup, restM, stepM int, n axisGroup, restN int) {
	for i := restM - 1; i >= 0; i-- {
		p.addBatch(m.dims[i], m.steps[i], 0, stepM)
		stepM *= m.dims[i]
	}
	stepN := p.n
	for i := restN - 1; i >= 0; i-- {
		p.addBatch(n.dims[i], 0, n.steps[i], stepN)
		stepN *= n.dims[i]
	}
}

// addBatch adds an axis, merging it with the last one if it continues that.
func (p *productAttr) addBatch(dim, a, b, c int) {
	if dim == 1 {
		return
	}
	if last := len(p.batch) - 1; last >= 0 &&
		p.aStep[last] == dim*a && p.bStep[last] == dim*b && p.cStep[last] == dim*c {
		p.batch[last] *= dim
		p.aStep[last], p.bStep[last], p.cStep[last] = a, b, c
		return
	}
	p.batch = append(p.batch, dim)
	p.aStep, p.bStep, p.cStep = append(p.aStep, a), append(p.bStep, b), append(p.cStep, c)
}

// matrixOf finds how rows × cols elements with the given steps are stored.
func matrixOf(offset, rows, rowStep, cols, colStep int) (matrix, bool) {
	switch {
	case (colStep == 1 || cols == 1) && (rowStep >= cols || rows == 1):
		return matrix{offset, max(rowStep, cols, 1), false}, true
	case (rowStep == 1 || rows == 1) && (colStep >= rows || cols == 1):
		return matrix{offset, max(colStep, rows, 1), true}, true
	}
	return matrix{}, rows == 0 || cols == 0
}

// swapDot returns the product with its operands exchanged, if the permutation
// does nothing but put the right operand's axes before the left's.
func (g *graph) swapDot(o operand, permutation, dims []int) (operand, bool) {
	p, ok := o.attr.(productAttr)
	if !ok {
		return o, false // of another type, on the Go backend
	}
	batch := len(p.dot.lhsBatch)
	for i, axis := range permutation {
		want := i
		switch {
		case i < batch:
		case i < batch+p.rhsR:
			want = i + p.lhsR
		default:
			want = i - p.rhsR
		}
		if axis != want {
			return o, false
		}
	}
	d := p.dot
	swapped := dotAttr{d.rhsContract, d.rhsBatch, d.lhsContract, d.lhsBatch, d.config}
	return g.lowerDot(swapped, dims, o.in[1], o.in[0]), true
}
