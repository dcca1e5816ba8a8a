// Package report turns results into what people read: tables and figures.
//
// A Table is written as aligned markdown, which is pleasant in a terminal and
// can be pasted as it is. ResultTable makes the one of a single run. Collect
// reads a folder of runs, and Write turns it into the tables of the paper, each
// as markdown, CSV and LaTeX, with figures beside them.
//
// Start reading at Write.
package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table is a heading and rows of as many cells. The first column is aligned to
// the left, the others, numbers, to the right.
type Table struct {
	Heading []string
	Rows    [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Write prints the table as aligned markdown.
func (t *Table) Write(w io.Writer) error {
	widths := make([]int, len(t.Heading))
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 4)
		}
	}
	var b strings.Builder
	line(&b, t.Heading, widths)
	for i, width := range widths {
		rule := strings.Repeat("-", width+1)
		if i == 0 {
			fmt.Fprintf(&b, "|:%s", rule)
		} else {
			fmt.Fprintf(&b, "|%s:", rule)
		}
	}
	b.WriteString("|\n")
	for _, row := range t.Rows {
		line(&b, row, widths)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func line(b *strings.Builder, cells []string, widths []int) {
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
