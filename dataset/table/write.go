package table

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
)

// maxColumns is the number of columns that spreadsheets read.
const maxColumns = 16384

// writer returns the writing function of a format of text.
func writer(write func(w io.Writer, t *dataset.Table, scalars []rows.Scalar) error) func(string, *dataset.Table) error {
	return func(path string, t *dataset.Table) error {
		scalars, err := rows.Scalars(t)
		if err != nil {
			return err
		}
		return atomicfile.WriteFunc(path, func(w io.Writer) error {
			buffered := bufio.NewWriterSize(w, 1<<20)
			if err := write(buffered, t, scalars); err != nil {
				return err
			}
			return buffered.Flush()
		})
	}
}

// csvLines writes a header and a line a row. Features are numbered columns, which are
// empty where a modality is missing.
func csvLines(comma rune) func(io.Writer, *dataset.Table, []rows.Scalar) error {
	return func(w io.Writer, t *dataset.Table, scalars []rows.Scalar) error {
		if err := rows.CheckWidth(t, maxColumns); err != nil {
			return err
		}
		out := csv.NewWriter(w)
		out.Comma = comma
		var record []string
		for _, s := range scalars {
			record = append(record, s.Role)
		}
		for _, m := range erc.Modalities {
			for j := range width(t, m) {
				record = append(record, m.String()+"_"+strconv.Itoa(j))
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
		for row := range t.Rows {
			record = record[:0]
			for _, s := range scalars {
				record = append(record, cell(s, row))
			}
			for _, m := range erc.Modalities {
				values := rows.Features(t, m, row)
				for j := range width(t, m) {
					text := ""
					if values != nil {
						text = strconv.FormatFloat(float64(values[j]), 'g', -1, 32)
					}
					record = append(record, text)
				}
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}
}

func width(t *dataset.Table, m erc.Modality) int {
	if t.Features[m] == nil {
		return 0
	}
	return t.Features[m].Width
}

// cell writes a value, "" where there is none.
func cell(s rows.Scalar, row int) string {
	switch {
	case s.Texts != nil:
		return s.Texts[row]
	case s.Whole != nil && s.Role == "class" && s.Whole[row] < 0:
		return ""
	case s.Whole != nil:
		return strconv.FormatInt(s.Whole[row], 10)
	case math.IsNaN(s.Real[row]):
		return ""
	}
	return strconv.FormatFloat(s.Real[row], 'g', -1, 64)
}

// jsonLines writes an object a row. A value or a modality that is missing has no key.
func jsonLines(w io.Writer, t *dataset.Table, scalars []rows.Scalar) error {
	var line []byte
	for row := range t.Rows {
		line = append(line[:0], '{')
		key := func(name string) {
			if len(line) > 1 {
				line = append(line, ", "...)
			}
			line = strconv.AppendQuote(line, name)
			line = append(line, ": "...)
		}
		for _, s := range scalars {
			text := cell(s, row)
			if text == "" {
				continue
			}
			key(s.Role)
			if s.Texts == nil {
				line = append(line, text...)
				continue
			}
			quoted, err := json.Marshal(text)
			if err != nil {
				return err
			}
			line = append(line, quoted...)
		}
		for _, m := range erc.Modalities {
			values := rows.Features(t, m, row)
			if values == nil {
				continue
			}
			key(m.String())
			line = append(line, '[')
			for j, x := range values {
				if j > 0 {
					line = append(line, ", "...)
				}
				line = strconv.AppendFloat(line, float64(x), 'g', -1, 32)
			}
			line = append(line, ']')
		}
		if _, err := w.Write(append(line, "}\n"...)); err != nil {
			return err
		}
	}
	return nil
}
