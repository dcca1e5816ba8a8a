package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/metric/scores"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written writes the report of a sweep and returns its folder.
func written(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "report")
	did, err := report.Write(t.Context(), from, to)
	check(t, err)
	paths := did.Files
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if got := filepath.Base(paths[len(paths)-1]); got != report.Main {
		t.Errorf("last written is %s, want %s", got, report.Main)
	}
	return to
}

// long is a test that the race detector makes too slow.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: in short mode")
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	check(t, err)
	return string(text)
}

// golden compares a file with the one under testdata.
func golden(t *testing.T, dir, name string) {
	t.Helper()
	got, path := read(t, dir, name), filepath.Join("testdata", name)
	if *update {
		check(t, os.MkdirAll("testdata", 0o755))
		check(t, os.WriteFile(path, []byte(got), 0o600))
	}
	if diff := cmp.Diff(read(t, path), got); diff != "" {
		t.Errorf("%s (-want +got; -update accepts it):\n%s", name, diff)
	}
}

func TestTables(t *testing.T) {
	long(t)
	random := written(t, sweep(t, "mosi", "random", missing.RandomRules("")))
	for _, name := range []string{
		"table2-mosi.md", "table2-mosi.tex", "table3-mosi-random.md", "table3-mosi-random.csv",
		"imputation-mosi-random.md", "completion-mosi-random.md", "coverage-mosi-random.md", "cost-mosi-random.md", "network-mosi-random.md", "against-mosi-random.md", "complete-mosi-random.md", "samples-mosi-random.md", "distribution-mosi-random.md",
		"graphs-mosi-random.md", "summary-mosi-random.md",
	} {
		golden(t, random, name)
	}
	fixed := written(t, sweep(t, "mosei", "fixed", missing.FixedRules()))
	golden(t, fixed, "table1-mosei.md")
	golden(t, fixed, "table1-mosei.tex")
}

// records reads a table's CSV, lines by the names of their columns.
func records(t *testing.T, dir, name string) (out []map[string]string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, name))).ReadAll()
	check(t, err)
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, heading := range rows[0] {
			line[heading] = row[i]
		}
		out = append(out, line)
	}
	return out
}

func float(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	check(t, err)
	return x
}

// Only our own runs are marked, one or more in every column, and the best.
func TestBoldMarksTheBest(t *testing.T) {
	dir := written(t, sweep(t, "mosi", "random", missing.RandomRules("")))
	best, marked := map[string]float64{}, map[string]int{}
	lines := records(t, dir, "table2-mosi.csv")
	for _, line := range lines {
		if line["kind"] != "run" {
			continue
		}
		at, lower := line["measure"]+line["column"], experiment.MeasureOf(line["measure"]).Lower
		if v, known := best[at]; !known || lower && float(t, line["value"]) < v || !lower && float(t, line["value"]) > v {
			best[at] = float(t, line["value"])
		}
	}
	for _, line := range lines {
		at, m := line["measure"]+line["column"], experiment.MeasureOf(line["measure"])
		if line["best"] != "true" {
			continue
		}
		marked[at]++
		if line["kind"] != "run" || m.Format(float(t, line["value"])) != m.Format(best[at]) {
			t.Errorf("marked as the best: %v, which is %g", line, best[at])
		}
	}
	if len(marked) != len(best) || len(best) != 6*9 {
		t.Errorf("%d of %d columns have a mark, want 54", len(marked), len(best))
	}
}

func predictions(t *testing.T, dir string) []experiment.Predictions {
	t.Helper()
	r, err := experiment.RunDir(dir).Record()
	check(t, err)
	all, err := experiment.RunDir(dir).Predictions(r)
	check(t, err)
	return all
}

// The differences are those of package metric, conversations as groups: of MAE
// over all rows, of correlations averaged over seeds and rates.
func TestDifferences(t *testing.T) {
	from := sweep(t, "other", "random", missing.RandomRules(""))
	dir := written(t, from)
	var groups []int32
	var label, ours, theirs []float64
	var lossOurs, lossTheirs []float64
	corr := 0.0
	for seed := 1; seed <= 2; seed++ {
		a := predictions(t, filepath.Join(from, "other--random--gsdnet--mixed--seed"+strconv.Itoa(seed)))
		b := predictions(t, filepath.Join(from, "other--random--mctn--mixed--seed"+strconv.Itoa(seed)))
		for i := range a {
			groups, label = append(groups, a[i].Dialogue...), append(label, a[i].Label...)
			ours, theirs = append(ours, a[i].Prediction...), append(theirs, b[i].Prediction...)
			corr += (scores.Corr(a[i].Label, a[i].Prediction) - scores.Corr(b[i].Label, b[i].Prediction)) / float64(2*len(a))
		}
	}
	for i, y := range label {
		lossOurs, lossTheirs = append(lossOurs, math.Abs(y-ours[i])), append(lossTheirs, math.Abs(y-theirs[i]))
	}
	want := metric.Bootstrap{Groups: groups, Seed: 1}.Losses(lossOurs, lossTheirs)
	for _, line := range records(t, dir, "table2-other.csv") {
		if line["row"] != "gsdnet" || line["column"] != "Average" {
			continue
		}
		switch line["measure"] {
		case "mae":
			for i, name := range []string{"difference", "low", "high"} {
				if got, want := float(t, line[name]), []float64{want.Diff, want.Low, want.High}[i]; math.Abs(got-want) > 1e-6 {
					t.Errorf("MAE: %s %g, want %g", name, got, want)
				}
			}
			if line["versus"] != "mctn" { // gsdnet_none is in Table 3
				t.Errorf("compared with %s, want mctn", line["versus"])
			}
		case "corr":
			if got := float(t, line["difference"]); math.Abs(got-corr) > 1e-5 {
				t.Errorf("Corr: difference %g, want %g", got, corr)
			}
			if !(float(t, line["low"]) < corr && corr < float(t, line["high"])) {
				t.Errorf("Corr: interval %s to %s around %g", line["low"], line["high"], corr)
			}
		}
	}
}

// What the paper prints stands beside ours only for its data sets, and its
// average only beside a whole protocol.
func TestPrintedFigures(t *testing.T) {
	long(t)
	rules := missing.RandomRules("")
	whole := read(t, written(t, sweep(t, "mosi", "random", rules)), "table2-mosi.md")
	for _, want := range []string{"GSDNet (printed, other features)", "| 87.7 |", "they do not compare"} {
		if !strings.Contains(strings.ReplaceAll(whole, "  ", ""), want) && !strings.Contains(whole, want) {
			t.Errorf("no %q", want)
		}
	}
	part := written(t, sweep(t, "mosi", "random", rules[:3]))
	for _, line := range records(t, part, "table2-mosi.csv") {
		if line["kind"] == "printed" && strings.HasPrefix(line["column"], "mean of") && line["value"] != "" {
			t.Errorf("the paper's average beside a mean of three rates: %v", line)
		}
	}
	if text := read(t, written(t, sweep(t, "hazumi_online", "random", rules[:2])), "table2-hazumi_online.md"); strings.Contains(text, "printed") {
		t.Error("the paper prints nothing of hazumi_online")
	}
}

func TestLaTeXIsEscaped(t *testing.T) {
	long(t)
	dir := written(t, sweep(t, "mosi", "fixed", missing.FixedRules()))
	text := read(t, dir, "table3-mosi-fixed.tex")
	for _, want := range []string{`gsdnet\_none`, `95 \% paired`, `$\pm$`, `\textbf{`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, bad := range []string{"gsdnet_none", "±", "Δ", "–"} {
		if strings.Contains(text, bad) {
			t.Errorf("%s is not escaped", bad)
		}
	}
	if heading := read(t, dir, "table1-mosi.tex"); !strings.Contains(heading, `\{t,a\} & \{t,v\}`) {
		t.Error("patterns are not escaped")
	}
	if open, closed := strings.Count(text, "{"), strings.Count(text, "}"); open != closed {
		t.Errorf("%d braces open, %d close", open, closed)
	}
}

func TestFigures(t *testing.T) {
	long(t)
	dir := written(t, sweep(t, "mosi", "random", missing.RandomRules("")))
	all, err := filepath.Glob(filepath.Join(dir, report.FigureDir, "*"))
	check(t, err)
	var names []string
	for _, path := range all {
		names = append(names, filepath.Base(path))
		switch text := read(t, path); filepath.Ext(path) {
		case ".png":
			parsePNG(t, path, text)
		case ".svg":
			parseSVG(t, path, text)
		}
	}
	for _, want := range []string{"rate-mosi-mae.svg", "rate-mosi-rmse_raw.png", "difference-mosi-mae.png", "tsne-mosi-text.svg", "tsne-mosi-visual.png", "spectrum-mosi-audio.svg", "trajectory-mosi-features.svg", "trajectory-mosi-spectra.png"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
}

// parsePNG wants a picture with something in it.
func parsePNG(t *testing.T, path, text string) {
	t.Helper()
	img, err := png.Decode(strings.NewReader(text))
	check(t, err)
	colours, b := map[[4]uint32]bool{}, img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 3 {
		for x := b.Min.X; x < b.Max.X; x += 3 {
			r, g, b, a := img.At(x, y).RGBA()
			colours[[4]uint32{r, g, b, a}] = true
		}
	}
	if b.Dx() < 600 || len(colours) < 8 {
		t.Errorf("%s: %v with %d colours", path, b, len(colours))
	}
}

// parseSVG wants well-formed XML with lines or shapes in it.
func parseSVG(t *testing.T, path, text string) {
	t.Helper()
	decoder, paths := xml.NewDecoder(strings.NewReader(text)), 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			paths++
		}
	}
	if paths < 20 {
		t.Errorf("%s: %d paths", path, paths)
	}
}

// The same runs give the same report, byte for byte.
func TestReportIsReproducible(t *testing.T) {
	long(t)
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:3])
	a, b := written(t, from), written(t, from)
	check(t, filepath.WalkDir(a, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(a, path)
		if !bytes.Equal([]byte(read(t, path)), []byte(read(t, b, name))) {
			t.Errorf("%s differs", name)
		}
		return err
	}))
}

func TestNothingToReport(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "absent"} {
		if _, err := report.Write(t.Context(), dir, t.TempDir()); err == nil || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v, want an input error with a hint", dir, err)
		}
	}
}

// A tuning grid's trials stand side by side, the best of each model in bold.
func TestTrials(t *testing.T) {
	dir := t.TempDir()
	for _, m := range []method{{"zero", "zero", "", 1.2}, {"zero-narrow", "zero", "", 0.4}, {"mctn", "mctn", "", 0.3}, {"mctn-narrow", "mctn", "", 0.9}} {
		invent(t, dir, "mosi", "random", m, 1, missing.RandomRules(""))
	}
	onValidation(t, dir)
	lines := records(t, written(t, dir), "trials-mosi-random.csv")
	var best []string
	for _, line := range lines {
		if line["best"] == "true" {
			best = append(best, line["row"]+" "+line["column"])
		}
	}
	if diff := cmp.Diff([]string{"zero narrow", "mctn as is"}, best); diff != "" || len(lines) != 4 {
		t.Errorf("%d lines: %s", len(lines), diff)
	}
}

// onValidation makes the runs of a folder ones of the validation split.
func onValidation(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*", rundir.MetricsFile))
	check(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		check(t, err)
		check(t, os.WriteFile(path, bytes.Replace(text, []byte(`"split": "test"`), []byte(`"split": "valid"`), 1), 0o600))
	}
}

func TestSplitsDoNotMix(t *testing.T) {
	dir := t.TempDir()
	invent(t, dir, "mosi", "random", methods[2], 1, missing.RandomRules(""))
	onValidation(t, dir)
	invent(t, dir, "mosi", "random", methods[3], 1, missing.RandomRules(""))
	if _, err := report.Write(t.Context(), dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "valid") || !fault.IsInput(err) {
		t.Errorf("got %v", err)
	}
}
