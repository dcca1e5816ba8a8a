package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/metric"
	"gsdnet/report/figure"
)

// Names of what Write leaves beside the tables.
const (
	Main      = "report.md" // all tables, and the figures by reference
	FigureDir = "figures"
)

// Written is what Write did.
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
		if err := w.board(ctx, b); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil { // intervals that were cut short are not written
		return nil, err
	}
	w.files = append(w.files, file{Main, w.main.Bytes()})
	if err := place(to, w.files); err != nil {
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

// writer collects what is to be written.
type writer struct {
	main  bytes.Buffer
	files []file
}

// board makes everything there is to say of a data set under a protocol.
func (w *writer) board(ctx context.Context, whole *board) error {
	if t, tuning := trialsTable(whole); tuning { // whose dozens of lines are no picture
		return w.table(whole, &t)
	}
	tables, figures, err := whole.all(ctx)
	if err != nil {
		return err
	}
	for i := range tables {
		if err := w.table(whole, &tables[i]); err != nil {
			return err
		}
	}
	return w.figures(ctx, figures)
}

// all makes the tables and figures of a board.
func (b *board) all(ctx context.Context) ([]table, []named, error) {
	groups, whole := b.ablations(), b
	b = whole.without(groups)
	summary, err := summaryTable(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	tables := []table{summary}
	for _, of := range []func(context.Context, *board) (table, bool, error){againstTable, completeTable} {
		t, some, err := of(ctx, b)
		if err != nil {
			return nil, nil, err
		}
		if some {
			tables = append(tables, t)
		}
	}
	t, err := protocolTable(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	tables = append(tables, t)
	if len(groups) > 0 {
		if t, err = ablationTable(ctx, whole, groups); err != nil {
			return nil, nil, err
		}
		tables = append(tables, t)
	}
	for _, of := range []func(*board) (table, bool){recoveryTable, coverageTable, samplesTable, costTable} {
		if t, some := of(b); some {
			tables = append(tables, t)
		}
	}
	masks, some, err := masksTable(b)
	if err != nil {
		return nil, nil, err
	}
	if some {
		tables = append(tables, masks)
	}
	more, figures, err := pictures(ctx, b)
	return append(tables, more...), figures, err
}

// pictures are the figures of a board, and the tables of numbers beside them.
func pictures(ctx context.Context, b *board) ([]table, []named, error) {
	var tables []table
	features, numbers, err := clouds(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	if len(numbers) > 0 {
		tables = append(tables, toldTable(b, numbers))
	}
	graphs, graphTables, err := spectra(b)
	if err != nil {
		return nil, nil, err
	}
	lines, err := curves(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	samplers, err := trajectories(b)
	return append(tables, graphTables...), slices.Concat(lines, features, graphs, samplers), err
}

// table sets a table of a board in its three forms, and into the main page.
func (w *writer) table(b *board, t *table) error {
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

func (w *writer) figures(ctx context.Context, all []named) error {
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		svg, png, err := figure.Render(f.Figure)
		if err != nil {
			return err
		}
		base := filepath.Join(FigureDir, f.name)
		w.files = append(w.files, file{base + ".svg", svg}, file{base + ".png", png})
		fmt.Fprintf(&w.main, "\n![%s](%s/%s.svg)\n\n%s\n", f.name, FigureDir, f.name, f.caption)
	}
	return nil
}

// toldTable sets the numbers beside the t-SNE pictures as a table.
func toldTable(b *board, numbers []told) table {
	mmd := experiment.Measure{Metric: metric.Metric{Heading: "MMD²", Key: "mmd", Lower: true}}
	apart := experiment.Measure{Metric: metric.Metric{Heading: "apart", Key: "separability", Percent: true, Lower: true}}
	s := &sheet{title: b.title() + ": recovered against original features"}
	place := map[string]int{}
	for _, n := range numbers {
		at, known := place[n.method]
		if !known {
			at = len(s.rows)
			place[n.method] = at
			s.rows = append(s.rows, row{name: n.method, kind: ours})
		}
		if at == 0 {
			s.columns = append(s.columns, column{name: n.modality.String() + " MMD²", measure: mmd}, column{name: n.modality.String() + " apart", measure: apart})
		}
		r := &s.rows[at]
		r.entries = append(r.entries, summarise([]float64{n.mmd}), summarise([]float64{n.acc}))
	}
	for i := range s.columns {
		s.mark(i)
	}
	return table{
		id: "distribution-" + b.dataset + "-" + b.protocol, title: "Recovered features as a distribution: " + b.title(), sheets: []*sheet{s},
		note: "Withheld cells at half of all missing against one completion of each, in standardised features: the maximum mean discrepancy (about 0 for one distribution) and how often a classifier tells recovered from original (50 is chance). Lower is better.",
	}
}
