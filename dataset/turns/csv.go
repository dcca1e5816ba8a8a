package turns

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gsdnet/internal/fault"
)

const hintCSV = "the first line names the columns, of which begin and end must be there: begin,end,speaker,words,class,label"

// readCSV reads a table with a turn a line. Times are in seconds, or as 00:01:02.345.
// Columns that have no part are passed over.
func readCSV(t *Talk, text []byte, _ Options) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return fault.Input(hintCSV, "line 1: it names no columns")
	}
	header = slices.Clone(header)
	place := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := place[name]; twice && name != "" {
			return fault.Input(hintCSV, "line 1: column %.80q is there twice", name)
		}
		place[name] = i
	}
	for _, name := range []string{"begin", "end"} {
		if _, ok := place[name]; !ok {
			return fault.Input(hintCSV, "line 1: no column %q", name)
		}
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			var at *csv.ParseError
			if errors.As(err, &at) {
				line = at.Line
			}
			return fault.Input("quote a field that holds a comma or a quotation mark; every line has as many fields as the first", "line %d: it is not CSV, or has more or fewer fields than the first", line)
		}
		cell := func(name string) string {
			if i, ok := place[name]; ok {
				return strings.TrimSpace(record[i])
			}
			return ""
		}
		turn := Turn{Speaker: cell("speaker"), Words: cell("words"), Class: cell("class"), Label: cell("label")}
		if turn.Begin, err = ParseClock(cell("begin")); err != nil {
			return fault.Input(hintCSV, `line %d, column "begin": %w`, line, err)
		}
		if turn.End, err = ParseClock(cell("end")); err != nil {
			return fault.Input(hintCSV, `line %d, column "end": %w`, line, err)
		}
		if err := t.add(fmt.Sprintf("line %d", line), turn); err != nil {
			return err
		}
	}
}
