package parquet

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// streamNumbers is how many values of a row group a Writer keeps in memory.
const streamNumbers = 1 << 21

// Column is a column that a Writer writes.
type Column struct {
	Name string
	node parquet.Node
}

// TextColumn returns a column of texts. Like in the columns below, every cell may be missing.
func TextColumn(name string) Column {
	return Column{name, parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))}
}

// WholeColumn returns a column of whole numbers.
func WholeColumn(name string) Column { return Column{name, parquet.Optional(parquet.Int(64))} }

// RealColumn returns a column of float64.
func RealColumn(name string) Column {
	return Column{name, parquet.Optional(parquet.Leaf(parquet.DoubleType))}
}

// VectorColumn returns a column of lists of float32.
func VectorColumn(name string) Column {
	return Column{name, parquet.Optional(parquet.List(parquet.Leaf(parquet.FloatType)))}
}

// Cell is what a row has in a column. The zero value is a missing one.
type Cell struct {
	copied []parquet.Value
	value  parquet.Value
	vector []float32
}

// Text returns the cell of a TextColumn.
func Text(x string) Cell { return Cell{value: parquet.ByteArrayValue([]byte(x))} }

// Whole returns the cell of a WholeColumn.
func Whole(x int) Cell { return Cell{value: parquet.Int64Value(int64(x))} }

// Real returns the cell of a RealColumn, which is missing for NaN.
func Real(x float64) Cell {
	if math.IsNaN(x) {
		return Cell{}
	}
	return Cell{value: parquet.DoubleValue(x)}
}

// Vector returns the cell of a VectorColumn, which is missing for a vector without values.
func Vector(x []float32) Cell { return Cell{vector: x} }

// append appends the values of the cell with their levels.
func (c Cell) append(to parquet.Row, column int) parquet.Row {
	switch {
	case c.copied != nil:
		for _, v := range c.copied {
			to = append(to, v.Level(v.RepetitionLevel(), v.DefinitionLevel(), column))
		}
	case c.vector != nil:
		for i, x := range c.vector {
			to = append(to, parquet.FloatValue(x).Level(min(i, 1), 2, column))
		}
	case c.value.IsNull():
		to = append(to, parquet.NullValue().Level(0, 0, column))
	default:
		to = append(to, c.value.Level(0, 1, column))
	}
	return to
}

// Writer writes rows to a Parquet file. The same rows give the same bytes.
type Writer struct {
	to      *parquet.GenericWriter[any]
	order   []int // index of the cell of each column of the schema
	row     parquet.Row
	pending int // values that the row group has
}

// NewWriter returns a writer of a file with these columns. Columns stand in the file in the
// order of the alphabet.
func NewWriter(to io.Writer, columns []Column) *Writer {
	w := &Writer{}
	group := parquet.Group{}
	for i, c := range columns {
		group[c.Name] = c.node
		w.order = append(w.order, i)
	}
	slices.SortFunc(w.order, func(a, b int) int { return strings.Compare(columns[a].Name, columns[b].Name) })
	w.to = parquet.NewGenericWriter[any](to, parquet.NewSchema("utterances", group), parquet.Compression(&parquet.Snappy),
		parquet.CreatedBy("gsdnet", "", ""), parquet.PageBufferSize(1<<20))
	return w
}

// Write writes a row, with a cell for each column in the order that NewWriter was given.
func (w *Writer) Write(cells []Cell) error {
	w.row = w.row[:0]
	for column, cell := range w.order {
		w.row = cells[cell].append(w.row, column)
	}
	if _, err := w.to.WriteRows([]parquet.Row{w.row}); err != nil {
		return err
	}
	if w.pending += len(w.row); w.pending < streamNumbers {
		return nil
	}
	w.pending = 0
	return w.to.Flush()
}

// Close writes the rest of the file, and does not close what is below.
func (w *Writer) Close() error { return w.to.Close() }

// parquet returns value i as the library has it.
func (v *values) parquet(i int) parquet.Value {
	i = v.at(i)
	switch v.leaf.kind {
	case format.Boolean:
		return parquet.BooleanValue(v.bytes[i] != 0)
	case format.Int32:
		return parquet.Int32Value(int32(binary.LittleEndian.Uint32(v.bytes[4*i:])))
	case format.Int64:
		return parquet.Int64Value(int64(binary.LittleEndian.Uint64(v.bytes[8*i:])))
	case format.Float:
		return parquet.FloatValue(math.Float32frombits(binary.LittleEndian.Uint32(v.bytes[4*i:])))
	case format.Double:
		return parquet.DoubleValue(math.Float64frombits(binary.LittleEndian.Uint64(v.bytes[8*i:])))
	case format.ByteArray:
		return parquet.ByteArrayValue([]byte(v.texts[i]))
	case format.Int96:
		var x deprecated.Int96
		for k := range x {
			x[k] = binary.LittleEndian.Uint32(v.bytes[12*i+4*k:])
		}
		return parquet.Int96Value(x)
	}
	return parquet.FixedLenByteArrayValue(bytes.Clone(v.bytes[v.leaf.width*i : v.leaf.width*(i+1)]))
}
