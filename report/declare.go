package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/report/figure"
)

// part declares a table or a kind of figure. Each part is one file, which declares it in
// an init function; Write makes the declared parts of every board and needs no other
// mention of them.
type part struct {
	name  string // unique; begins the names of its files
	title string // of a table: its heading, before the name of the board
	order int    // its place among the tables or among the figures of a board, lowest first
	// boards reports whether the part is made of a board: compared, tuned, onAxis, or a
	// function of the part's own.
	boards func(*board) bool

	// Exactly one of table and figures is set. It makes the part of a board, and returns
	// nil if the runs did not keep what the part shows.
	table   func(context.Context, *board) (*table, error)
	figures func(context.Context, *board) ([]namedFigure, error)
}

// namedFigure is a figure with its caption and the end of the names of its files, such as
// "mae".
type namedFigure struct {
	ending, caption string
	figure.Figure
}

// parts holds the declared parts in the order of a report: tables before figures, each by
// their order.
var parts []part

// declare adds a part. It panics if another part has its name, and if the declaration is
// not complete.
func declare(p part) {
	switch {
	case p.name == "" || p.boards == nil || (p.table == nil) == (p.figures == nil) || (p.title == "") != (p.table == nil):
		panic(fmt.Sprintf("report: part %q is not completely declared", p.name))
	case slices.ContainsFunc(parts, func(other part) bool { return other.name == p.name }):
		panic(fmt.Sprintf("report: part %q is declared twice", p.name))
	}
	parts = append(parts, p)
	slices.SortFunc(parts, func(x, y part) int {
		return cmp.Or(cmp.Compare(x.kindOrder(), y.kindOrder()), cmp.Compare(x.order, y.order), strings.Compare(x.name, y.name))
	})
}

// kindOrder returns 0 for a table and 1 for figures, which come after all tables.
func (p part) kindOrder() int {
	if p.figures != nil {
		return 1
	}
	return 0
}

// makeParts makes the declared parts of a board.
func (b *board) makeParts(ctx context.Context) (tables []*table, figures []namedFigure, err error) {
	for _, p := range parts {
		if !p.boards(b) {
			continue
		}
		if p.figures != nil {
			some, err := p.figures(ctx, b)
			if err != nil {
				return nil, nil, err
			}
			for _, f := range some {
				f.ending = p.name + "-" + b.fileName() + "-" + f.ending
				figures = append(figures, f)
			}
			continue
		}
		t, err := p.table(ctx, b)
		if err != nil {
			return nil, nil, err
		}
		if t != nil {
			t.id, t.title = cmp.Or(t.id, p.name+"-"+b.dataset+"-"+b.protocol+b.condition.suffix()), cmp.Or(t.title, p.title+": "+b.title())
			tables = append(tables, t)
		}
	}
	return tables, figures, nil
}

// compared reports whether the board compares models: all boards do but those of a tuning
// grid, whose dozens of trials are one table.
func (b *board) compared() bool { return !b.tuned() }

// tuned reports whether the board has the trials of a tuning grid: it is on the validation
// split and some model was trained with several settings.
func (b *board) tuned() bool { return b.split == erc.Valid.String() && len(b.whole.trialNames()) > 1 }

// onAxis reports whether the board compares models and the points of its protocol are
// numbers on an axis.
func (b *board) onAxis() bool { return b.compared() && b.kind.Axis != "" }
