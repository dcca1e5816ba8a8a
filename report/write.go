package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/experiment"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/hint"
	"gsdnet/report/figure"
)

// Names of what Write leaves beside the tables.
const (
	Main      = "report.md" // all tables, and the figures by reference
	FigureDir = "figures"
)

// Write reads the runs of a sweep under a folder and writes their tables and
// figures into another; it returns the paths it wrote, report.md last.
func Write(from, to string) ([]string, error) {
	runs, err := collect(from)
	if err != nil {
		return nil, err
	}
	all, err := boards(runs)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(to, FigureDir), 0o755); err != nil {
		return nil, hint.Failure("choose a folder you may write to with --out", "%w", err)
	}
	w := &writer{dir: to}
	fmt.Fprintf(&w.main, "# Results\n\n%d runs. Every model of a data set met the same frozen masks of its %s split; no run was selected by test data. "+
		"In pictures, a model named \"off the scale\" lies too far from the others to be drawn; the tables have its numbers.\n", len(runs), runs[0].Split)
	for _, b := range all {
		if err := w.board(b); err != nil {
			return nil, err
		}
	}
	return append(w.paths, filepath.Join(to, Main)), atomicfile.Write(filepath.Join(to, Main), w.main.Bytes())
}

// writer collects what was written.
type writer struct {
	dir   string
	main  bytes.Buffer
	paths []string
}

// board writes everything there is to say of a data set under a protocol.
func (w *writer) board(whole *board) error {
	if t, tuning := trialsTable(whole); tuning { // whose dozens of lines are no picture
		return w.table(&t)
	}
	groups := whole.ablations()
	b := whole.without(groups)
	summary, err := summaryTable(b)
	if err != nil {
		return err
	}
	tables := []table{summary}
	for _, of := range []func(*board) (table, bool, error){againstTable, completeTable} {
		t, some, err := of(b)
		if err != nil {
			return err
		}
		if some {
			tables = append(tables, t)
		}
	}
	t, err := protocolTable(b)
	if err != nil {
		return err
	}
	tables = append(tables, t)
	if len(groups) > 0 {
		if t, err = ablationTable(whole, groups); err != nil {
			return err
		}
		tables = append(tables, t)
	}
	for _, of := range []func(*board) (table, bool){recoveryTable, coverageTable, samplesTable, costTable} {
		if t, some := of(b); some {
			tables = append(tables, t)
		}
	}
	more, figures, err := pictures(b)
	if err != nil {
		return err
	}
	tables = append(tables, more...)
	for i := range tables {
		if err := w.table(&tables[i]); err != nil {
			return err
		}
	}
	return w.figures(figures)
}

// pictures are the figures of a board, and the tables of numbers beside them; none
// of fixed missing.
func pictures(b *board) ([]table, []named, error) {
	if b.protocol == "fixed" {
		return nil, nil, nil
	}
	var tables []table
	features, numbers, err := clouds(b)
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
	lines, err := curves(b)
	if err != nil {
		return nil, nil, err
	}
	samplers, err := trajectories(b)
	return append(tables, graphTables...), slices.Concat(lines, features, graphs, samplers), err
}

// table writes a table in its three forms, and into the main page.
func (w *writer) table(t *table) error {
	for _, form := range []struct {
		ending string
		write  func(*table, io.Writer) error
	}{{".md", (*table).markdown}, {".csv", (*table).csv}, {".tex", (*table).latex}} {
		var text bytes.Buffer
		if err := form.write(t, &text); err != nil {
			return err
		}
		path := filepath.Join(w.dir, t.id+form.ending)
		if err := atomicfile.Write(path, text.Bytes()); err != nil {
			return err
		}
		w.paths = append(w.paths, path)
	}
	w.main.WriteByte('\n')
	return t.markdown(&w.main)
}

func (w *writer) figures(all []named) error {
	for _, f := range all {
		paths, err := figure.Write(filepath.Join(w.dir, FigureDir, f.name), f.Figure)
		if err != nil {
			return err
		}
		w.paths = append(w.paths, paths...)
		fmt.Fprintf(&w.main, "\n![%s](%s/%s.svg)\n\n%s\n", f.name, FigureDir, f.name, f.caption)
	}
	return nil
}

// toldTable sets the numbers beside the t-SNE pictures as a table.
func toldTable(b *board, numbers []told) table {
	mmd := experiment.Measure{Name: "MMD²", Key: "mmd", Lower: true, Of: nothing}
	apart := experiment.Measure{Name: "apart", Key: "separability", Percent: true, Lower: true, Of: nothing}
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
