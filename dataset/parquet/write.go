package parquet

import (
	"io"
	"math"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
)

const (
	groupNumbers = 1 << 24   // features of a row group, which is in memory while it is written
	groupRows    = 64 * 1024 // rows of a row group, at most
)

// write writes a table. Features are lists of float32, null where a modality is missing;
// dialogues, speakers and classes are names where the table has names, else numbers.
// Columns stand in the order of the alphabet.
func write(path string, t *dataset.Table) error {
	scalars, err := rows.Scalars(t)
	if err != nil {
		return err
	}
	columns := columnsOut(t, scalars)
	group := parquet.Group{}
	numbers := 1
	for _, c := range columns {
		group[c.name] = c.node
		numbers += c.width
	}
	return atomicfile.WriteFunc(path, func(out io.Writer) error {
		w := parquet.NewWriter(out, parquet.NewSchema("utterances", group), parquet.Compression(&parquet.Snappy),
			parquet.CreatedBy("gsdnet", "", ""), parquet.MaxRowsPerRowGroup(int64(max(1, min(groupRows, groupNumbers/numbers)))), parquet.PageBufferSize(1<<20))
		var row parquet.Row
		for i := range t.Rows {
			row = row[:0]
			for number, c := range columns {
				row = c.add(row, i, number)
			}
			if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
				return err
			}
		}
		return w.Close()
	})
}

// columnOut is a column that is written. add appends the values of a row with their levels.
type columnOut struct {
	name  string
	node  parquet.Node
	width int // numbers of a row, at most
	add   func(to parquet.Row, row, column int) parquet.Row
}

// columnsOut returns the columns of a table in the order in which a schema has them.
func columnsOut(t *dataset.Table, scalars []rows.Scalar) []columnOut {
	var out []columnOut
	for _, s := range scalars {
		out = append(out, columnOut{name: s.Role, node: parquet.Optional(node(s)), width: 1, add: func(to parquet.Row, row, column int) parquet.Row {
			value := cell(s, row)
			if value.IsNull() {
				return append(to, value.Level(0, 0, column))
			}
			return append(to, value.Level(0, 1, column))
		}})
	}
	for _, m := range erc.Modalities {
		if t.Features[m] == nil {
			continue
		}
		list := parquet.Optional(parquet.List(parquet.Leaf(parquet.FloatType)))
		out = append(out, columnOut{name: m.String(), node: list, width: t.Features[m].Width, add: func(to parquet.Row, row, column int) parquet.Row {
			values := rows.Features(t, m, row)
			if values == nil {
				return append(to, parquet.NullValue().Level(0, 0, column))
			}
			for i, x := range values {
				to = append(to, parquet.FloatValue(x).Level(min(i, 1), 2, column))
			}
			return to
		}})
	}
	slices.SortFunc(out, func(a, b columnOut) int { return strings.Compare(a.name, b.name) })
	return out
}

// node returns the type of a column with one value a row.
func node(s rows.Scalar) parquet.Node {
	switch {
	case s.Texts != nil:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case s.Whole != nil:
		return parquet.Int(64)
	}
	return parquet.Leaf(parquet.DoubleType)
}

// cell returns the value of a row, null where there is none.
func cell(s rows.Scalar, row int) parquet.Value {
	switch {
	case s.Texts != nil && s.Texts[row] == "", s.Role == "class" && s.Whole != nil && s.Whole[row] < 0,
		s.Real != nil && math.IsNaN(s.Real[row]):
		return parquet.NullValue()
	case s.Texts != nil:
		return parquet.ByteArrayValue([]byte(s.Texts[row]))
	case s.Whole != nil:
		return parquet.Int64Value(s.Whole[row])
	}
	return parquet.DoubleValue(s.Real[row])
}
