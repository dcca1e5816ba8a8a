package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
)

// A space says how an intermediate value of a tile varies: it has an element
// for each element of the tile, for each row, for each column, or one.
type space uint8

const (
	scalarSpace space = 0
	rowSpace    space = 1
	colSpace    space = 2
	fullSpace   space = rowSpace | colSpace
)

func (s space) count(rows, cols int) int {
	switch s {
	case fullSpace:
		return rows * cols
	case rowSpace:
		return rows
	case colSpace:
		return cols
	}
	return 1
}

// A term is an operand of an instruction: where its pointer is in the table,
// its space and its element size.
type term struct {
	pointer int
	space   space
	size    int
}

// stride is the distance in bytes from one row's part of the term to the
// next row's.
func (t term) stride(cols int) int {
	switch t.space {
	case fullSpace:
		return cols * t.size
	case rowSpace:
		return t.size
	}
	return 0
}

type instrKind uint8

const (
	mapWhole    instrKind = iota // one call of a loop for the tile
	zipWhole                     //
	selectWhole                  //
	zipRows                      // one call for each row
	selectRows                   //
	foldRows                     // a row becomes an element
	foldEachRow                  // the same in one call
	foldTile                     // the tile is folded into an accumulator
	foldOver                     // rows are folded into an accumulator
	foldCols                     // the same, by way of their sum
	spreadRows                   // an element per row becomes the row
	repeatRow                    // a row becomes every row
	spreadOne                    // one element becomes all
)

// An instr is one call of a loop, or one for each row of a tile.
type instr struct {
	kind      instrKind
	op        compute.OpType // where a program may have it, else invalid
	dst       term
	a, b, c   term
	unary     unaryLoop
	binary    binaryLoop
	selection selectLoop
	tile      tileLoop
}

func (in *instr) run(p []unsafe.Pointer, rows, cols int) {
	d, a := p[in.dst.pointer], p[in.a.pointer]
	switch in.kind {
	case mapWhole, spreadOne:
		in.unary(d, a, in.dst.space.count(rows, cols))
	case zipWhole:
		in.binary(d, a, p[in.b.pointer], in.dst.space.count(rows, cols))
	case selectWhole:
		in.selection(d, a, p[in.b.pointer], p[in.c.pointer], in.dst.space.count(rows, cols))
	case zipRows:
		b := p[in.b.pointer]
		ds, as, bs := in.dst.stride(cols), in.a.stride(cols), in.b.stride(cols)
		for r := range rows {
			in.binary(unsafe.Add(d, r*ds), unsafe.Add(a, r*as), unsafe.Add(b, r*bs), cols)
		}
	case selectRows:
		in.selectEachRow(p, rows, cols)
	case foldRows, spreadRows, repeatRow:
		ds, as := in.dst.stride(cols), in.a.stride(cols)
		for r := range rows {
			in.unary(unsafe.Add(d, r*ds), unsafe.Add(a, r*as), cols)
		}
	case foldTile:
		t := p[in.b.pointer]
		in.unary(t, a, rows*cols)
		in.binary(d, d, t, 1)
	case foldEachRow:
		in.tile(d, a, rows, cols)
	case foldCols:
		t := p[in.b.pointer]
		in.tile(t, a, rows, cols)
		in.binary(d, d, t, cols)
	case foldOver:
		as := in.a.stride(cols)
		for r := range rows {
			in.binary(d, d, unsafe.Add(a, r*as), cols)
		}
	}
}

func (in *instr) selectEachRow(p []unsafe.Pointer, rows, cols int) {
	d, a, b, c := p[in.dst.pointer], p[in.a.pointer], p[in.b.pointer], p[in.c.pointer]
	ds, as, bs, cs := in.dst.stride(cols), in.a.stride(cols), in.b.stride(cols), in.c.stride(cols)
	for r := range rows {
		in.selection(unsafe.Add(d, r*ds), unsafe.Add(a, r*as), unsafe.Add(b, r*bs), unsafe.Add(c, r*cs), cols)
	}
}
