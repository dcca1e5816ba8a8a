package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/experiment"
	"gsdnet/missing"
	"gsdnet/report"
)

// shown lists the names of the parts that a report shows, in its order.
func shown(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, line := range strings.Split(read(t, dir, report.Main), "\n") {
		if !strings.HasPrefix(line, "## ") && !strings.HasPrefix(line, "![") {
			continue
		}
		var best report.Declared // the longest that fits: "## Table 3: ablation" fits "## Table", too
		for _, d := range report.DeclaredParts() {
			if strings.HasPrefix(line, d.Mark) && len(d.Mark) > len(best.Mark) {
				best = d
			}
		}
		if best.Name == "" {
			t.Errorf("no declared part makes %q", line)
		}
		if len(names) == 0 || names[len(names)-1] != best.Name {
			names = append(names, best.Name)
		}
	}
	return names
}

// Every declared part is in the report of invented runs, in the declared order, and
// nothing else is. The trials of a tuning grid are a report of their own, and so are the
// parts that show classes (classes_test.go). A new part
// appears here without being named; if it shows what the invented runs do not keep, add
// that to them (fixture_test.go).
func TestDeclaredPartsAreShown(t *testing.T) {
	long(t)
	from := sweep(t, "mosi", "random", missing.RandomRules(""))
	masks := filepath.Join(from, experiment.MaskDir, "mosi")
	check(t, os.MkdirAll(masks, 0o755))
	audits, err := json.Marshal([]missing.Audit{{Mask: "random-test-0.5-seed1.json", N: 30}})
	check(t, err)
	check(t, os.WriteFile(filepath.Join(masks, "audit.json"), audits, 0o600))
	var want []string
	for _, d := range report.DeclaredParts() {
		if !slices.Contains([]string{"trials", "classes", "confusion"}, d.Name) {
			want = append(want, d.Name)
		}
	}
	if diff := cmp.Diff(want, shown(t, written(t, from))); diff != "" {
		t.Errorf("parts of the report (-declared +shown):\n%s", diff)
	}

	tuning := t.TempDir()
	for _, m := range []method{{"zero", "zero", "", 1.2}, {"zero-narrow", "zero", "", 0.4}} {
		invent(t, tuning, "mosi", "random", m, 1, missing.RandomRules("")[:2])
	}
	onValidation(t, tuning)
	if got := shown(t, written(t, tuning)); !slices.Equal(got, []string{"trials"}) {
		t.Errorf("got %v of a tuning grid, want trials alone", got)
	}
}

func TestWrongDeclarationsPanic(t *testing.T) {
	before := len(report.DeclaredParts())
	for want, declare := range map[string]func(){"is declared twice": report.DeclareTwice, "is not completely declared": report.DeclareNothing} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			declare()
		}()
	}
	if got := len(report.DeclaredParts()); got != before {
		t.Errorf("%d parts after wrong declarations, want %d", got, before)
	}
}
