package report_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/internal/results"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
)

// A sweep shows how far it is, the curves of its finished cells with whiskers, and its
// report once there is one.
func TestViewOfASweep(t *testing.T) {
	rules := missing.RandomRules("")
	dir := sweep(t, "mosi", "random", rules)
	plan := `{"grids":[{"file":"grid.toml","cells":[{"dataset":"mosi","protocol":"random","variant":"zero","model":"zero","training":"mixed","seed":9}]}]}`
	check(t, os.WriteFile(filepath.Join(dir, experiment.PlanFile), []byte(plan), 0o600))
	v := viewOf(t, dir)
	if v.Kind != results.Sweep || v.Progress.Finished != 8 || v.Progress.Planned != 9 || !slices.Equal(v.Progress.Missing, []string{"mosi--random--zero--mixed--seed9"}) {
		t.Errorf("got a %s, %+v, want a sweep with 8 of 9 cells", v.Kind, v.Progress)
	}
	if len(v.Sections) != 1 || v.Sections[0].Title != "mosi, random missing" || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], "gsdnet report") {
		t.Fatalf("got sections %+v and notes %q, want one section, and that there is no report", v.Sections, v.Notes)
	}
	mae := chartOf(t, v.Sections[0], "MAE")
	if mae.X != "missing rate" || mae.Points != nil || mae.Better != "lower" || len(mae.Series) != 4 {
		t.Errorf("got %+v, want the MAE of 4 models against the missing rate", mae)
	}
	if s := mae.Series[0]; len(s.X) != len(rules) || len(s.Low) != len(s.Y) || !(s.Low[0] < s.Y[0] && s.Y[0] < s.High[0]) {
		t.Errorf("got %+v, want a value with whiskers for each rate", s)
	}
	if acc := chartOf(t, v.Sections[0], "ACC2"); acc.Better != "higher" {
		t.Errorf("got %q, want that higher is better", acc.Better)
	}
	_, err := report.Write(t.Context(), dir, filepath.Join(dir, "report"))
	check(t, err)
	v = viewOf(t, dir)
	s := v.Sections[0]
	if len(v.Sections) != 1 || len(v.Notes) != 0 || len(s.Tables) < 4 || s.Tables[1].Title != "Summary" || len(s.Pictures) == 0 {
		t.Fatalf("got %d sections, notes %q, tables %d, pictures %d, want the report in the same section", len(v.Sections), v.Notes, len(s.Tables), len(s.Pictures))
	}
	whole := s.Tables[1].Parts[0]
	if !strings.HasSuffix(whole.Title, "averages") || whole.Heading[0] != "model" || len(s.Tables[1].Parts) != 1 || len(whole.Heading) != 9 || len(whole.Rows) != 5 || len(whole.Rows[0]) != 9 || whole.Rows[3][0].Text != "majority predictor" || whole.Rows[3][8].Text != "" || !strings.Contains(s.Tables[1].Note, "bootstrap") {
		t.Errorf("got %+v, want the averages with their note", s.Tables[1])
	}
	if !slices.ContainsFunc(whole.Rows, func(row []results.Cell) bool { return row[1].Best && !strings.Contains(row[1].Text, "*") }) {
		t.Errorf("got %+v, want a best cell without its stars", whole.Rows)
	}
	if p := s.Pictures[0]; p.Caption == "" {
		t.Errorf("got %+v, want a caption", p)
	} else if svg, err := report.PictureOf(dir, p.File); err != nil || !strings.Contains(string(svg), "<svg") {
		t.Errorf("%s: got %.40q, error %v, want a picture", p.File, svg, err)
	}
	if alone := viewOf(t, filepath.Join(dir, "report")); alone.Kind != results.Report || len(alone.Sections[0].Tables) != len(s.Tables)-1 {
		t.Errorf("got a %s, want the report alone", alone.Kind)
	}
}

// The points of a protocol without an axis are places with names.
func TestViewOfPointsWithNames(t *testing.T) {
	mae := chartOf(t, viewOf(t, sweep(t, "mosi", "fixed", missing.FixedRules())).Sections[0], "MAE")
	if len(mae.Points) != 7 || mae.Points[0] != "{t}" || !slices.Equal(mae.Series[0].X, []float64{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("got points %q at %v, want 7 names", mae.Points, mae.Series[0].X)
	}
}

// A sweep without a finished cell shows its plan, and a run its evaluation and its log.
func TestViewOfAPlanAndARun(t *testing.T) {
	dir := t.TempDir()
	plan := `{"grids":[{"file":"grid.toml","cells":[{"dataset":"mosi","protocol":"random","variant":"zero","model":"zero","training":"mixed","seed":9}]}]}`
	check(t, os.WriteFile(filepath.Join(dir, experiment.PlanFile), []byte(plan), 0o600))
	if v := viewOf(t, dir); v.Progress.Finished != 0 || v.Progress.Planned != 1 || len(v.Sections) != 0 {
		t.Errorf("got %+v, want none of 1 cell", v.Progress)
	}
	run := filepath.Join(sweep(t, "mosi", "random", missing.RandomRules("")), "mosi--random--gsdnet--mixed--seed1")
	check(t, os.WriteFile(filepath.Join(run, rundir.LogFile), []byte(`{"epoch":1,"losses":{"pred":2}}
{"epoch":2,"losses":{"pred":1},"validation":0.5,"best":0.5}
`), 0o600))
	v := viewOf(t, run)
	if v.Kind != results.Run || len(v.Sections) != 2 || v.Sections[0].Tables[0].Title != "Results" || v.Sections[1].Title != "Training" {
		t.Fatalf("got %+v, want a run with its evaluation and its training", v)
	}
	if mae := chartOf(t, v.Sections[0], "MAE"); len(mae.Series) != 1 || len(mae.Series[0].Y) != 8 {
		t.Errorf("got %+v, want a curve over 8 rates", mae)
	}
	if losses := chartOf(t, v.Sections[1], "Training losses"); !slices.Equal(losses.Series[0].Y, []float64{2, 1}) {
		t.Errorf("got %+v, want the losses of two epochs", losses)
	}
	check(t, os.Remove(filepath.Join(run, rundir.MetricsFile)))
	if v := viewOf(t, run); len(v.Notes) != 1 || !strings.Contains(v.Notes[0], "gsdnet eval") {
		t.Errorf("got notes %q, want how the run is evaluated", v.Notes)
	}
	if _, err := report.View(t.Context(), t.TempDir()); err == nil || fault.Of(err) == "" {
		t.Errorf("an empty folder: got %v, want an error with a hint", err)
	}
}

// A name leads to no file but the pictures of the report, and a link out of the folder is
// not followed.
func TestPictureIsConfined(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	check(t, os.MkdirAll(filepath.Join(dir, report.FigureDir), 0o755))
	for _, file := range []string{filepath.Join(outside, "secret.svg"), filepath.Join(dir, "other.svg"), filepath.Join(dir, report.FigureDir, "a.txt"), filepath.Join(dir, report.FigureDir, "good.svg")} {
		check(t, os.WriteFile(file, []byte("<svg/>"), 0o600))
	}
	check(t, os.Symlink(filepath.Join(outside, "secret.svg"), filepath.Join(dir, report.FigureDir, "link.svg")))
	if _, err := report.PictureOf(dir, "good.svg"); err != nil {
		t.Errorf("good.svg: got %v, want the picture", err)
	}
	for _, name := range []string{"link.svg", "../other.svg", "other.svg", "a.txt", "../figures/good.svg", filepath.Join(outside, "secret.svg"), "..", "", ".svg", `..\other.svg`} {
		if data, err := report.PictureOf(dir, name); err == nil {
			t.Errorf("%q: got %q, want a refusal", name, data)
		}
	}
}

func viewOf(t *testing.T, dir string) *results.View {
	t.Helper()
	v, err := report.View(t.Context(), dir)
	check(t, err)
	return v
}

func chartOf(t *testing.T, s results.Section, title string) results.Chart {
	t.Helper()
	i := slices.IndexFunc(s.Charts, func(c results.Chart) bool { return c.Title == title })
	if i < 0 {
		t.Fatalf("got %+v, want a chart of %s", s.Charts, title)
	}
	return s.Charts[i]
}
