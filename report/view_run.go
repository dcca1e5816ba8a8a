package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/results"
	"gsdnet/metric"
	"gsdnet/missing"
	"gsdnet/rundir"
)

// viewRun fills in what a run directory, or the folder of an evaluation, has.
func viewRun(view *results.View, dir string) error {
	if has(dir, rundir.MetricsFile) {
		record, err := experiment.RunDir(dir).Record()
		if err != nil {
			return err
		}
		addRecord(view, record)
	} else {
		view.Notes = append(view.Notes, "The run has no evaluation: gsdnet eval RUN --data FILE --out DIR writes one, and --results DIR shows it here.")
	}
	if has(dir, rundir.LogFile) {
		log, err := rundir.ReadLog(dir)
		if err != nil {
			return err
		}
		addLog(view, log)
	}
	return nil
}

// addRecord adds the results of an evaluation.
func addRecord(view *results.View, r *experiment.Record) {
	view.Facts = append(view.Facts, results.Fact{Name: "data", Value: r.Data}, results.Fact{Name: "split", Value: r.Split},
		results.Fact{Name: "completions", Value: strconv.Itoa(r.Samples)})
	if r.OtherData {
		view.Facts = append(view.Facts, results.Fact{Name: "caution", Value: "not the data that the run was trained on"})
	}
	s := results.Section{Title: "Evaluation", Charts: recordCharts(r)}
	for _, t := range []struct {
		title string
		table *Table
	}{
		{"Results", ResultTable(r.Result)}, {"Classes", ClassTable(r.Result)}, {"Confusion", ConfusionTable(r.Result)},
		{"Intervals", CoverageTable(r.Result)}, {"Completions", CompletionTable(r.Result)},
	} {
		if len(t.table.Rows) == 0 {
			continue
		}
		part := results.TablePart{Heading: t.table.Heading}
		for _, row := range t.table.Rows {
			part.Rows = append(part.Rows, cellsOf(row))
		}
		s.Tables = append(s.Tables, results.Table{Title: t.title, Parts: []results.TablePart{part}})
	}
	view.Sections = append(view.Sections, s)
}

// recordCharts draws the measures of an evaluation over the points of its protocol.
func recordCharts(r *experiment.Record) []results.Chart {
	cells := r.Result.Cells
	if len(cells) < 2 {
		return nil
	}
	kind, known := missing.OfKind(cells[0].Rule[:max(0, strings.LastIndex(cells[0].Rule, " "))])
	var out []results.Chart
	for _, m := range r.Result.Measures() {
		if m.Recover != nil && !m.Main || !m.In(metric.InRate) {
			continue
		}
		chart := results.Chart{Title: m.Heading, X: kind.Axis, Y: m.Unit(), Better: better(m)}
		if !known || kind.Axis == "" {
			chart.X, chart.Points = "missing", rulePoints(cells)
		}
		line := results.Series{Name: r.Run, Accent: true}
		for i := range cells {
			y, x := m.Value(&cells[i]), float64(i)
			if chart.Points == nil {
				x = rateOf(cells[i].Rule)
			}
			if !math.IsNaN(x) && !math.IsNaN(y) {
				line.X, line.Y = append(line.X, x), append(line.Y, axisScale(m)*y)
			}
		}
		if len(line.X) > 1 {
			chart.Series = []results.Series{line}
			out = append(out, chart)
		}
	}
	return out
}

// rulePoints names the rules of cells.
func rulePoints(cells []infer.MaskResult) []string {
	var out []string
	for i := range cells {
		out = append(out, point(cells[i].Rule))
	}
	return out
}

// addLog adds how the training went.
func addLog(view *results.View, log []rundir.EpochRecord) {
	if len(log) == 0 {
		return
	}
	validation := results.Series{Name: "validation", Accent: true}
	losses := map[string]*results.Series{}
	for _, r := range log {
		if r.Validation != nil {
			validation.X, validation.Y = append(validation.X, float64(r.Epoch)), append(validation.Y, *r.Validation)
		}
		for name, value := range r.Losses {
			if losses[name] == nil {
				losses[name] = &results.Series{Name: name}
			}
			losses[name].X, losses[name].Y = append(losses[name].X, float64(r.Epoch)), append(losses[name].Y, value)
		}
	}
	last := log[len(log)-1]
	view.Facts = append(view.Facts, results.Fact{Name: "epochs", Value: strconv.Itoa(last.Epoch)})
	if last.Best != nil {
		view.Facts = append(view.Facts, results.Fact{Name: "lowest validation error", Value: fmt.Sprintf("%.4f", *last.Best)})
	}
	s := results.Section{Title: "Training"}
	if len(validation.X) > 0 {
		s.Charts = append(s.Charts, results.Chart{Title: "Validation error", X: "epoch", Better: "lower", Series: []results.Series{validation}})
	}
	chart := results.Chart{Title: "Training losses", X: "epoch", Better: "lower"}
	for _, name := range slices.Sorted(maps.Keys(losses)) {
		chart.Series = append(chart.Series, *losses[name])
	}
	if len(chart.Series) > 0 {
		s.Charts = append(s.Charts, chart)
	}
	view.Sections = append(view.Sections, s)
}
