package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"gsdnet/dataset/internal/rows"
	"gsdnet/internal/fault"
)

const hintCSV = `quote a field that holds the separator or a quotation mark, as in "a, b"; every line has as many fields as the header`

// csvRows reads a header and then a row a record.
func csvRows(comma rune) lines {
	return func(file io.Reader, c *rows.Columns) error {
		bound := &bounded{Reader: file, left: maxLine}
		in := bufio.NewReader(bound)
		if mark, _ := in.Peek(3); string(mark) == "\ufeff" { // as Excel writes
			_, _ = in.Discard(3)
		}
		r := csv.NewReader(in)
		r.Comma, r.ReuseRecord = comma, true
		header, err := r.Read()
		if errors.Is(err, io.EOF) {
			return fault.Input("the first line names the columns: dialogue,turn,text_0,…", "the file is empty")
		} else if err != nil {
			return csvFault(err)
		}
		header = append([]string(nil), header...)
		if err := c.Header(header); err != nil {
			return fault.Input(fault.Of(err), "line 1: %w", err)
		}
		place := map[string]int{}
		for i, name := range header {
			place[name] = i
		}
		for {
			record, err := r.Read()
			if errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return csvFault(err)
			}
			bound.left = maxLine
			line, _ := r.FieldPos(0)
			err = c.Add(line, func(column string) (string, error) {
				if i, ok := place[column]; ok {
					return strings.TrimSpace(record[i]), nil
				}
				return "", nil
			})
			if err != nil {
				return err
			}
		}
	}
}

// bounded refuses to read on where a record is longer than maxLine: all of a record is in
// memory, and a quotation mark that is not closed makes one of the whole file.
type bounded struct {
	io.Reader
	left int
}

var errLong = errors.New("too long")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLong
	}
	n, err := b.Reader.Read(p)
	b.left -= n
	return n, err
}

// csvFault says what is wrong with a line in words of this package.
func csvFault(err error) error {
	var at *csv.ParseError
	if errors.Is(err, errLong) {
		return fault.Input(hintCSV+"; write large features to .npy files", "a line of more than %d bytes, or a quotation mark that is not closed", maxLine)
	}
	if !errors.As(err, &at) {
		return fault.Input("check the disk", "it cannot be read")
	}
	what := "it is not CSV"
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		what = "it has more or fewer fields than the header"
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		what = "a quotation mark is not closed, or stands inside a field"
	}
	return fault.Input(hintCSV, "line %d: %s", at.Line, what)
}
