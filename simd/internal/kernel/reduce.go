package kernel

import "math"

type reduceOp int

const (
	sumOp reduceOp = iota
	reduceMaxOp
	reduceMinOp
	reduceOps
)

func reduce(op reduceOp, src []float32) (float32, bool) {
	if f := tables[active].reduce[op]; f != nil && len(src) > 0 {
		return f(&src[0], len(src)), true
	}
	return 0, false
}

// lanes is how many partial sums the portable reductions keep, so that their
// rounding error grows like that of the vector loops.
const lanes = 16

// Sum returns the sum of src, 0 if it is empty. Terms are added in lanes
// whose order depends on len(src) alone.
func Sum(src []float32) float32 {
	if v, ok := reduce(sumOp, src); ok {
		return v
	}
	var acc [lanes]float32
	for i, x := range src {
		acc[i%lanes] += x
	}
	return fold(&acc)
}

// fold adds the lanes pairwise.
func fold(acc *[lanes]float32) float32 {
	for w := lanes / 2; w > 0; w /= 2 {
		for i := range w {
			acc[i] += acc[i+w]
		}
	}
	return acc[0]
}

// ReduceMax returns the greatest of src by the rules of [Max], -Inf if it is
// empty.
func ReduceMax(src []float32) float32 {
	if v, ok := reduce(reduceMaxOp, src); ok {
		return v
	}
	m := float32(math.Inf(-1))
	for _, x := range src {
		m = max(m, x)
	}
	return m
}

// ReduceMin returns the least of src by the rules of [Min], +Inf if it is
// empty.
func ReduceMin(src []float32) float32 {
	if v, ok := reduce(reduceMinOp, src); ok {
		return v
	}
	m := float32(math.Inf(1))
	for _, x := range src {
		m = min(m, x)
	}
	return m
}

// SumRows sets dst[r] to the [Sum] of row r of src, [rows, cols].
func SumRows(dst, src []float32, rows, cols int) {
	if rows == 0 {
		return
	}
	dst, src = dst[:rows], src[:rows*cols]
	if f := tables[active].rows.sumRows; f != nil && cols > 0 {
		f(&dst[0], &src[0], rows, cols)
		return
	}
	for r := range dst {
		dst[r] = Sum(src[r*cols:][:cols])
	}
}

// SumColumns sets dst[c] to the sum of column c of src, [rows, cols] with row
// stride lds ≥ cols, added from the first row to the last. The sum over the
// leading axis of a matrix; to spread it over workers, cut the columns.
func SumColumns(dst, src []float32, lds, rows, cols int) {
	dst = dst[:cols]
	if rows == 0 || cols == 0 {
		clear(dst)
		return
	}
	src = src[:(rows-1)*lds+cols]
	if f := tables[active].rows.sumColumns; f != nil {
		f(&dst[0], &src[0], lds, rows, cols)
		return
	}
	clear(dst)
	for r := range rows {
		Add(dst, dst, src[r*lds:])
	}
}
