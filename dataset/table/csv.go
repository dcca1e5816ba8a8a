package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
)

const hintCSV = `quote a field that holds the separator or a quotation mark, as in "a, b"; every line has as many fields as the header`

// csvRows reads a header and then a row a record.
func csvRows(comma rune) rows {
	return func(file io.Reader, c *columns) error {
		in := bufio.NewReader(file)
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
		if err := c.header(header); err != nil {
			return err
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
			line, _ := r.FieldPos(0)
			err = c.add(line, func(column string) (string, error) {
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

// csvFault says what is wrong with a line in words of this package.
func csvFault(err error) error {
	var at *csv.ParseError
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

// header checks the names of the columns and finds the numbered ones: text_0,
// text_1, … are one vector.
func (c *columns) header(names []string) error {
	seen := map[string]bool{}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if seen[names[i]] && names[i] != "" {
			return fault.Input("give every column a name of its own", "line 1: column %.80q is there twice", names[i])
		}
		seen[names[i]] = true
	}
	c.known = names
	for m := range c.numbered {
		name := c.vectors[m]
		for seen[name+"_"+strconv.Itoa(len(c.numbered[m]))] {
			c.numbered[m] = append(c.numbered[m], name+"_"+strconv.Itoa(len(c.numbered[m])))
		}
		if len(c.numbered[m]) > 0 && seen[name] {
			return fault.Input("rename one of them", "line 1: both column %q and numbered columns %s", name, name+"_0, …")
		}
		if gap := c.gap(name, len(c.numbered[m]), seen); gap != "" {
			return fault.Input("number the columns of a modality from 0 without gaps", "line 1: column %q, but no column %q", gap, fmt.Sprintf("%s_%d", name, len(c.numbered[m])))
		}
	}
	return nil
}

// gap returns a numbered column of name that does not follow the first n.
func (c *columns) gap(name string, n int, seen map[string]bool) string {
	for _, column := range c.known {
		rest, ok := strings.CutPrefix(column, name+"_")
		if !ok || rest == "" {
			continue
		}
		if i, err := strconv.Atoi(rest); err == nil && i >= n && strconv.Itoa(i) == rest && seen[column] {
			return column
		}
	}
	return ""
}
