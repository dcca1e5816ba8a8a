package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"

	"gsdnet/internal/count"
	"gsdnet/report/figure"
)

// Names of what Write leaves beside the tables.
const (
	Main      = "report.md" // all tables, and the figures by reference
	FigureDir = "figures"
)

// Written is the result of Write.
type Written struct {
	Files   []string `json:"files"`   // paths, that of Main last
	Missing []string `json:"missing"` // cells of the sweep that are not finished
	Warning string   `json:"-"`       // says in a line that cells are missing; "" if none is
}

// Write reads the runs of a sweep under a folder and writes their tables and
// figures into another. It writes nothing before everything is calculated, and
// nothing at all when ctx ends before that or anything fails.
func Write(ctx context.Context, from, to string) (*Written, error) {
	found, err := collect(from)
	if err != nil {
		return nil, err
	}
	all, err := found.boards()
	if err != nil {
		return nil, err
	}
	w := &writer{}
	fmt.Fprintf(&w.main, "# Results\n\n%s. Every model of a data set met the same frozen masks of its %s split; no run was selected by test data. "+
		"In pictures, a model named \"off the scale\" lies too far from the others to be drawn; the tables have its numbers.\n%s",
		count.Of(len(found.runs), "run"), found.runs[0].Split, found.unfinished())
	for _, b := range all {
		if err := w.addBoard(ctx, b); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil { // intervals that were cut short are not written
		return nil, err
	}
	w.files = append(w.files, file{Main, w.main.Bytes()})
	if err := writeFiles(to, w.files); err != nil {
		return nil, err
	}
	out := &Written{Missing: []string{}, Warning: found.warning()}
	for _, f := range w.files {
		out.Files = append(out.Files, filepath.Join(to, f.name))
	}
	for _, id := range found.missing {
		out.Missing = append(out.Missing, id.String())
	}
	return out, nil
}

// writer collects the files of a report.
type writer struct {
	main  bytes.Buffer
	files []file
}

// addBoard adds the tables and figures of a board.
func (w *writer) addBoard(ctx context.Context, whole *board) error {
	tables, figures, err := whole.withoutAblated(whole.ablationGroups()).makeParts(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := w.addTable(whole, t); err != nil {
			return err
		}
	}
	return w.addFigures(ctx, figures)
}

// addTable adds a table of a board in its three formats, and to the main page.
func (w *writer) addTable(b *board, t *table) error {
	if missing := b.unfinished(); missing != "" {
		t.note = missing + " " + t.note
	}
	for _, form := range []struct {
		ending string
		write  func(*table, io.Writer) error
	}{{".md", (*table).markdown}, {".csv", (*table).csv}, {".tex", (*table).latex}} {
		var text bytes.Buffer
		if err := form.write(t, &text); err != nil {
			return err
		}
		w.files = append(w.files, file{t.id + form.ending, text.Bytes()})
	}
	w.main.WriteByte('\n')
	return t.markdown(&w.main)
}

func (w *writer) addFigures(ctx context.Context, all []namedFigure) error {
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		svg, png, err := figure.Render(f.Figure)
		if err != nil {
			return err
		}
		base := filepath.Join(FigureDir, f.ending)
		w.files = append(w.files, file{base + ".svg", svg}, file{base + ".png", png})
		fmt.Fprintf(&w.main, "\n![%s](%s/%s.svg)\n\n%s\n", f.ending, FigureDir, f.ending, f.caption)
	}
	return nil
}
