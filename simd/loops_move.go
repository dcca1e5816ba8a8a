package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd/internal/kernel"
)

// word is a type that carries elements of its size, whatever they are.
type word interface {
	uint8 | uint16 | uint32 | uint64 | [2]uint64
}

func newTable() *loopTable {
	return &loopTable{
		unary:   map[compute.OpType]unaryLoop{},
		binary:  map[compute.OpType]binaryLoops{},
		reduce:  map[compute.OpType]reduceLoops{},
		convert: map[dtypes.DType]unaryLoop{},
	}
}

// movingTable is a table of the loops that only move elements of type T.
func movingTable[T any]() *loopTable {
	t := newTable()
	switch unsafe.Sizeof(*new(T)) {
	case 1:
		moves[uint8](t)
	case 2:
		moves[uint16](t)
	case 4:
		moves[uint32](t)
	case 8:
		moves[uint64](t)
	default:
		moves[[2]uint64](t)
	}
	return t
}

// moves fills in the loops that move words.
func moves[T word](t *loopTable) {
	size := int(unsafe.Sizeof(*new(T)))
	t.copies = func(dst, a unsafe.Pointer, n int) { copyBytes(at[byte](dst, n*size), at[byte](a, n*size)) }
	t.fill = func(dst, a unsafe.Pointer, n int) {
		d, s := at[T](dst, n), *(*T)(a)
		for i := range d {
			d[i] = s
		}
	}
	if size == 4 {
		t.fill = func(dst, a unsafe.Pointer, n int) { kernel.Fill(at[float32](dst, n), *(*float32)(a)) }
	}
	t.gatherer = func(dst, a unsafe.Pointer, step, n int) {
		d := at[T](dst, n)
		for i := range d {
			d[i] = *(*T)(unsafe.Add(a, i*step*size))
		}
	}
	t.selects = selectLoops{
		vv: func(dst, cond, a, b unsafe.Pointer, n int) {
			choose(at[T](dst, n), at[bool](cond, n), at[T](a, n), at[T](b, n))
		},
		vs: func(dst, cond, a, b unsafe.Pointer, n int) {
			chooseVS(at[T](dst, n), at[bool](cond, n), at[T](a, n), *(*T)(b))
		},
		sv: func(dst, cond, a, b unsafe.Pointer, n int) {
			chooseSV(at[T](dst, n), at[bool](cond, n), *(*T)(a), at[T](b, n))
		},
		ss: func(dst, cond, a, b unsafe.Pointer, n int) {
			chooseSS(at[T](dst, n), at[bool](cond, n), *(*T)(a), *(*T)(b))
		},
	}
	t.unary[compute.OpTypeIdentity] = t.copies
}

// The choices are written so that the compiler needs no branch for them, which
// a processor cannot predict.

func choose[T word](d []T, cond []bool, x, y []T) {
	cond, x, y = cond[:len(d)], x[:len(d)], y[:len(d)]
	for i := range d {
		v, w := x[i], y[i]
		if cond[i] {
			w = v
		}
		d[i] = w
	}
}

func chooseVS[T word](d []T, cond []bool, x []T, s T) {
	cond, x = cond[:len(d)], x[:len(d)]
	for i := range d {
		v, w := x[i], s
		if cond[i] {
			w = v
		}
		d[i] = w
	}
}

func chooseSV[T word](d []T, cond []bool, s T, y []T) {
	cond, y = cond[:len(d)], y[:len(d)]
	for i := range d {
		w := y[i]
		if cond[i] {
			w = s
		}
		d[i] = w
	}
}

func chooseSS[T word](d []T, cond []bool, s, r T) {
	cond = cond[:len(d)]
	for i := range d {
		w := r
		if cond[i] {
			w = s
		}
		d[i] = w
	}
}
