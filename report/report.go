// Package report turns results into what people read: tables and figures.
//
// A Table is written as aligned markdown, which is pleasant in a terminal and
// can be pasted as it is. ResultTable makes the one of a single run. Write reads a
// folder of runs and turns it into the tables of the paper, each as markdown, CSV
// and LaTeX, with figures beside them.
//
// Start reading at Write.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Table is a heading and rows of the same number of cells. The first column is aligned to
// the left, and the others, which are numbers, to the right.
type Table struct {
	Heading []string
	Rows    [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Width is the largest number of columns of a terminal that a table takes.
const Width = 100

// Write prints the table as aligned markdown. A table that is wider than Width is printed
// in parts one below the other, with the first column in each. A part does not show rows
// that are empty in it.
func (t *Table) Write(w io.Writer) error {
	widths := t.widths()
	var b strings.Builder
	for from := 1; from == 1 || from < len(widths); {
		to, width := from, 3+widths[0]+1
		for to < len(widths) && (to == from || width+3+widths[to] <= Width) {
			width += 3 + widths[to]
			to++
		}
		if from > 1 {
			b.WriteByte('\n')
		}
		t.writePart(&b, widths, from, to)
		from = max(to, from+1)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// widths returns the width of each column.
func (t *Table) widths() []int {
	widths := make([]int, len(t.Heading))
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 4)
		}
	}
	return widths
}

// fits reports whether every part of the table is within Width.
func (t *Table) fits() bool {
	widths := t.widths()
	for _, width := range widths[1:] {
		if 3+widths[0]+3+width+1 > Width {
			return false
		}
	}
	return 3+widths[0]+1 <= Width
}

// writePart prints the first column and the columns from one to before another.
func (t *Table) writePart(b *strings.Builder, widths []int, from, to int) {
	cut := func(row []string) []string { return append([]string{row[0]}, row[from:to]...) }
	own := append([]int{widths[0]}, widths[from:to]...)
	writeLine(b, cut(t.Heading), own)
	for i, width := range own {
		rule := strings.Repeat("-", width+1)
		if i == 0 {
			fmt.Fprintf(b, "|:%s", rule)
		} else {
			fmt.Fprintf(b, "|%s:", rule)
		}
	}
	b.WriteString("|\n")
	for _, row := range t.Rows {
		if shown := cut(row); t.hasAllColumns(shown) || !isEmpty(shown) || isEmpty(row) {
			writeLine(b, shown, own)
		}
	}
}

// hasAllColumns reports whether the row of a part has all columns of the table.
func (t *Table) hasAllColumns(row []string) bool { return len(row) == len(t.Heading) }

// isEmpty reports whether a row has nothing but its name.
func isEmpty(row []string) bool {
	return !slices.ContainsFunc(row[1:], func(cell string) bool { return cell != "" && cell != "–" })
}

func writeLine(b *strings.Builder, cells []string, widths []int) {
	for i, cell := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i == 0 {
			fmt.Fprintf(b, "| %s%s ", cell, pad)
		} else {
			fmt.Fprintf(b, "| %s%s ", pad, cell)
		}
	}
	b.WriteString("|\n")
}
