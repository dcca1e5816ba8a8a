package report

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/internal/results"
	"gsdnet/metric"
	"gsdnet/rundir"
)

// View returns what a page shows of a folder: a run directory, the folder of an evaluation,
// a sweep or a report. It reads what is there at the moment and writes nothing. Tables with
// intervals are those that Write left in the folder or in its subfolder "report"; charts are
// made of the finished cells, so that a sweep can be watched. Its errors are a folder that
// is none of these, and files that are damaged.
func View(ctx context.Context, dir string) (*results.View, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		absolute = dir
	}
	view := &results.View{Name: filepath.Base(absolute), Sections: []results.Section{}}
	switch {
	case has(dir, experiment.PlanFile), !has(dir, rundir.ConfigFile) && !has(dir, rundir.MetricsFile) && !has(dir, Main):
		view.Kind = results.Sweep
		err = viewSweep(ctx, view, dir)
	case has(dir, Main):
		view.Kind = results.Report
		err = addReport(view, dir)
	default:
		view.Kind = results.Run
		err = viewRun(view, dir)
	}
	if err != nil {
		return nil, err
	}
	return view, nil
}

// has reports whether a folder has a file.
func has(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular()
}

// PictureOf returns a picture of the report in a folder, or in its subfolder "report". Only
// names that View lists are found, and only files within the folder: a link that leads out
// of it is refused.
func PictureOf(dir, name string) ([]byte, error) {
	none := fault.Input("the results of the folder list their pictures", "there is no such picture")
	if filepath.Base(name) != name || filepath.Ext(name) != ".svg" {
		return nil, none
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, none
	}
	defer func() { _ = root.Close() }()
	for _, folder := range []string{FigureDir, filepath.Join(reportDir, FigureDir)} {
		data, err := root.ReadFile(filepath.Join(folder, name))
		if err == nil {
			return data, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, none
		}
	}
	return nil, none
}

// reportDir is where gsdnet report writes unless told otherwise, within the folder of the
// sweep.
const reportDir = "report"

// mostMissing is the largest number of cells that are listed as not finished.
const mostMissing = 20

// viewSweep fills in the progress and the charts of a sweep, and what its report has.
func viewSweep(ctx context.Context, view *results.View, dir string) error {
	found, err := collect(dir)
	if err != nil {
		planned, planErr := experiment.SweepDir(dir).Planned()
		if planErr != nil || len(planned) == 0 || someRun(dir) {
			return err
		}
		view.Progress = progressOf(0, planned)
		return nil
	}
	view.Progress = progressOf(len(found.runs), found.missing)
	if err := ctx.Err(); err != nil {
		return err
	}
	boards, err := found.boards()
	if err != nil {
		view.Notes = append(view.Notes, "There are no charts yet: "+err.Error()+".")
	}
	for _, b := range boards {
		view.Sections = append(view.Sections, b.section())
	}
	switch {
	case has(filepath.Join(dir, reportDir), Main):
		return addReport(view, filepath.Join(dir, reportDir))
	case has(dir, Main):
		return addReport(view, dir)
	}
	view.Notes = append(view.Notes, "gsdnet report writes the tables with intervals, which are shown here afterwards.")
	return nil
}

// someRun reports whether a folder of a sweep has a finished cell.
func someRun(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, "*", rundir.MetricsFile))
	return len(found) > 0
}

func progressOf(finished int, missing []experiment.Identity) *results.Progress {
	p := &results.Progress{Finished: finished, Planned: finished + len(missing)}
	for _, id := range missing[:min(mostMissing, len(missing))] {
		p.Missing = append(p.Missing, id.String())
	}
	return p
}

// section returns the charts of a board, and a table of its averages.
func (b *board) section() results.Section {
	s := results.Section{Title: b.title(), Progress: progressOf(b.finished, b.missing)}
	averages := &subtable{}
	for _, m := range b.predictionAndMainMeasures(metric.InRate) {
		rules := b.rulesWith(m)
		averages.columns = append(averages.columns, column{name: m.Heading, measure: m, of: meanOf(m, rules)})
		if len(rules) > 1 {
			s.Charts = append(s.Charts, b.viewChart(m, rules))
		}
	}
	averages.addMethods(b.methods)
	averages.addConstants(b)
	mark := func(text string) string { return bestMark + text }
	rows := averages.textRows(mark, unchanged)
	part := results.TablePart{Heading: rows[0]}
	for _, row := range rows[1:] {
		part.Rows = append(part.Rows, cellsOf(row))
	}
	s.Tables = []results.Table{{Title: "Averages of the cells that are finished", Note: b.seedsNote(), Parts: []results.TablePart{part}}}
	return s
}

// viewChart is rateChart for a page: it has no value where a method has none, and its axis
// is that of names where the points of the protocol are no numbers.
func (b *board) viewChart(m experiment.Measure, rules []string) results.Chart {
	drawn := b.rateChart(m, rules)
	chart := results.Chart{Title: m.Heading, X: drawn.X, Y: drawn.Y, Better: better(m)}
	if b.kind.Axis == "" {
		chart.X = b.kind.Point
		for _, rule := range rules {
			chart.Points = append(chart.Points, point(rule))
		}
	}
	for _, line := range drawn.Series {
		s := results.Series{Name: line.Name, Accent: line.Accent}
		for i, y := range line.Y {
			if math.IsNaN(y) {
				continue
			}
			x := float64(i)
			if chart.Points == nil {
				x = line.X[i]
			}
			s.X, s.Y = append(s.X, x), append(s.Y, y)
			if line.Low != nil && !math.IsNaN(line.Low[i]) {
				s.Low, s.High = append(s.Low, line.Low[i]), append(s.High, line.High[i])
			}
		}
		if len(s.Low) != len(s.Y) {
			s.Low, s.High = nil, nil
		}
		chart.Series = append(chart.Series, s)
	}
	return chart
}

// better says which values of a measure are better.
func better(m experiment.Measure) string {
	if m.Better(1, 0) {
		return "higher"
	}
	return "lower"
}

// add puts a section that a report has beside what the view has of the same title.
func add(view *results.View, s results.Section) {
	at := slices.IndexFunc(view.Sections, func(known results.Section) bool { return known.Title == s.Title })
	if at < 0 {
		view.Sections = append(view.Sections, s)
		return
	}
	known := &view.Sections[at]
	known.Tables = append(known.Tables, s.Tables...)
	known.Pictures = append(known.Pictures, s.Pictures...)
}
