package report_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
)

// plan writes what a sweep leaves in its folder before its first cell: every method
// of the fixture with some seeds.
func plan(t *testing.T, dir string, seeds ...string) {
	t.Helper()
	var cells []string
	for _, m := range methods {
		for _, seed := range seeds {
			cells = append(cells, `{"dataset":"mosi","protocol":"random","variant":"`+m.variant+`","model":"`+m.model+`","training":"mixed","seed":`+seed+`}`)
		}
	}
	text := `{"grids":[{"file":"grid.toml","cells":[` + strings.Join(cells, ",") + `]}]}`
	check(t, os.WriteFile(filepath.Join(dir, experiment.PlanFile), []byte(text), 0o600))
}

// Where models have different seeds, the missing cells are named, nothing is in
// bold, and no interval compares what is not equal.
func TestUnequalSeedsAreNotCompared(t *testing.T) {
	long(t)
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:3])
	check(t, os.RemoveAll(filepath.Join(from, "mosi--random--mctn--mixed--seed2")))
	plan(t, from, "1", "2")
	to := filepath.Join(t.TempDir(), "report")
	did, err := report.Write(t.Context(), from, to)
	check(t, err)
	if want := []string{"mosi--random--mctn--mixed--seed2"}; !slices.Equal(did.Missing, want) || !strings.Contains(did.Warning, "1 of 8 cells is missing") {
		t.Errorf("missing %v (%q), want %v", did.Missing, did.Warning, want)
	}
	main := read(t, to, report.Main)
	above, _, _ := strings.Cut(main, "\n## ")
	if !strings.Contains(above, "1 of 8 cells is missing") || !strings.Contains(above, "mosi, random missing: 1 missing: mctn (seed 2)") {
		t.Errorf("above the tables stands %q", above)
	}
	for _, name := range []string{"summary-mosi-random", "table2-mosi", "imputation-mosi-random", "complete-mosi-random"} {
		text := read(t, to, name+".md")
		if !strings.Contains(text, "NOT COMPLETE: 1 of 8 cells is missing: mctn (seed 2).") {
			t.Errorf("%s does not name the missing cell: %q", name, text)
		}
		for _, line := range records(t, to, name+".csv") {
			if line["best"] == "true" || line["difference"] != "" {
				t.Errorf("%s compares: %v", name, line)
			}
		}
		if strings.Contains(text, "| **") || strings.Contains(text, "Δ") || !strings.Contains(text, "(1) |") {
			t.Errorf("%s: bold, a difference, or no number of seeds:\n%s", name, text)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "against-mosi-random.md")); err == nil {
		t.Error("there are differences to gsdnet")
	}
	if text := read(t, to, "table3-mosi-random.md"); !strings.Contains(text, "Δ") {
		t.Error("gsdnet and gsdnet_none have the same seeds and do compare")
	}
}

// A variant that a grid of its own evaluates with fewer completions is said to.
func TestOtherNumbersOfCompletionsAreSaid(t *testing.T) {
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:2])
	paths, err := filepath.Glob(filepath.Join(from, "*--mctn--*", rundir.MetricsFile))
	check(t, err)
	for i, path := range paths {
		text := strings.Replace(read(t, path), `"samples": 4,`, `"samples": 2,`, 1)
		check(t, os.WriteFile(path, []byte(text), 0o600))
		to := t.TempDir()
		_, err := report.Write(t.Context(), from, to)
		if i == 0 { // its seeds differ
			if err == nil || !strings.Contains(err.Error(), "completions") || !fault.IsInput(err) {
				t.Errorf("got %v", err)
			}
			continue
		}
		check(t, err)
		if text := read(t, to, "summary-mosi-random.md"); !strings.Contains(text, "The mean is over 4 completions of each conversation, but 2 of mctn.") {
			t.Errorf("not said in %s", text)
		}
	}
}

// A sweep that lacks a whole seed compares the models on the others, and says so.
func TestEqualSeedsAreComparedAlthoughSomeAreMissing(t *testing.T) {
	long(t)
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:2])
	plan(t, from, "1", "2", "3")
	to := filepath.Join(t.TempDir(), "report")
	did, err := report.Write(t.Context(), from, to)
	check(t, err)
	text := read(t, to, "table2-mosi.md")
	if len(did.Missing) != 4 || !strings.Contains(text, "NOT COMPLETE: 4 of 12 cells are missing: zero (seed 3), mctn (seed 3)") || !strings.Contains(text, "Δ MAE") {
		t.Errorf("missing %v; %s", did.Missing, text)
	}
}

// A cell that was begun and not finished is missing, be there a plan or not.
func TestBegunCellsAreMissing(t *testing.T) {
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:2])
	check(t, os.Remove(filepath.Join(from, "mosi--random--zero--mixed--seed1", rundir.MetricsFile)))
	did, err := report.Write(t.Context(), from, t.TempDir())
	check(t, err)
	if want := []string{"mosi--random--zero--mixed--seed1"}; !slices.Equal(did.Missing, want) {
		t.Errorf("missing %v, want %v", did.Missing, want)
	}
}

// A record that is not whole stops the report, and is named.
func TestReportRefusesAGarbledRecord(t *testing.T) {
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:2])
	path := filepath.Join(from, "mosi--random--zero--mixed--seed1", rundir.MetricsFile)
	for _, text := range []string{"{}", "", "null", `{"run":"a"}`} {
		check(t, os.WriteFile(path, []byte(text), 0o600))
		to := filepath.Join(t.TempDir(), "report")
		if _, err := report.Write(t.Context(), from, to); err == nil || !strings.Contains(err.Error(), path) || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%q: got %v", text, err)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%q: something was written", text)
		}
	}
}

// A report that is told to stop ends within two seconds and leaves nothing.
func TestReportStops(t *testing.T) {
	long(t)
	from := sweep(t, "mosi", "random", missing.RandomRules(""))
	started := time.Now()
	written(t, from)
	whole := time.Since(started)
	for _, share := range []int64{0, 10, 25, 50, 80, 95} {
		dir := t.TempDir()
		to := filepath.Join(dir, "new", "report")
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(int64(whole)*share/100))
		_, err := report.Write(ctx, from, to)
		deadline, _ := ctx.Deadline()
		late := time.Since(deadline)
		cancel()
		if err == nil { // it was faster this time
			continue
		}
		if !errors.Is(err, context.DeadlineExceeded) || late > 2*time.Second {
			t.Errorf("after %d %%: %v, %v too late", share, err, late)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("after %d %%: left %v", share, left)
		}
	}
}

// A failure to write leaves the folder as it was, and a killed report's leftovers go.
func TestReportIsWrittenAsAWhole(t *testing.T) {
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:2])
	to := t.TempDir()
	check(t, os.MkdirAll(filepath.Join(to, ".report-1"), 0o755))
	_, err := report.Write(t.Context(), from, to)
	check(t, err)
	if left, _ := filepath.Glob(filepath.Join(to, ".*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o600))
	if _, err := report.Write(t.Context(), from, filepath.Join(file, "report")); err == nil || fault.IsInput(err) || fault.Of(err) == "" {
		t.Errorf("into a file: got %v", err)
	}
}

// Every table fits a terminal of 100 columns, with nine models of long names.
func TestTablesFit(t *testing.T) {
	long(t)
	dir := t.TempDir()
	kept := methods
	methods = nil
	defer func() { methods = kept }()
	for i, name := range []string{"zero", "mean", "regression", "mctn", "mmin", "gcnet", "dicmor", "imder", "gsdnet"} {
		graph := ""
		if name == "gsdnet" {
			graph = "spectral"
		}
		methods = append(methods, method{name + "-with-settings-that-take-many-words-to-name", name, graph, 0.3 + 0.1*float64(i)})
	}
	methods = append(methods, method{"gsdnet-without-its-graph-and-with-many-words-too", "gsdnet", "none", 2})
	for _, m := range methods {
		for seed := uint64(1); seed <= 2; seed++ {
			invent(t, dir, "mosi", "random", m, seed, missing.RandomRules(""))
			invent(t, dir, "mosi", "fixed", m, seed, missing.FixedRules())
		}
	}
	to := written(t, dir)
	pages, err := filepath.Glob(filepath.Join(to, "*.md"))
	check(t, err)
	if len(pages) < 15 {
		t.Errorf("%d pages", len(pages))
	}
	names := 0
	for _, page := range pages {
		for i, line := range strings.Split(read(t, page), "\n") {
			if n := utf8.RuneCountInString(line); strings.HasPrefix(line, "|") && n > report.Width {
				t.Errorf("%s:%d: %d columns: %s", page, i+1, n, line)
			}
			if strings.Contains(line, "…") && strings.HasSuffix(line, ": "+methods[0].variant) {
				names++
			}
		}
	}
	if names == 0 {
		t.Error("no page says what a short name stands for")
	}
}
