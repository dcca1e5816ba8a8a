package experiment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
)

// A sweep's folder lists the cells of every grid that was given for it, of a grid
// given again as it is now.
func TestPlanListsTheCellsOfAllGrids(t *testing.T) {
	out := t.TempDir()
	counts := func() int {
		t.Helper()
		cells, err := experiment.SweepDir(out).Planned()
		if err != nil {
			t.Fatal(err)
		}
		return len(cells)
	}
	if n := counts(); n != 0 {
		t.Errorf("%d cells before any sweep", n)
	}
	for _, c := range []struct {
		file, text string
		want       int
	}{
		{"a.toml", pair, 2},
		{"a.toml", "seeds = [1, 2, 3]\n" + pair, 6},
		{"b.toml", strings.Replace(pair, "regression", "zero", 1), 7}, // the-same is in both
		{"a.toml", pair, 3},
	} {
		grid, err := experiment.Parse(filepath.Join("configs", c.file), []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := grid.Prepare(t.Context(), "", out)
		if err != nil {
			t.Fatal(err)
		}
		begin(t, s)
		if n := counts(); n != c.want {
			t.Errorf("%s: %d cells, want %d", c.file, n, c.want)
		}
	}
	cells, _ := experiment.SweepDir(out).Planned()
	for _, id := range cells {
		got, ok := experiment.ParseIdentity(id.String())
		if got.Model = id.Model; !ok || got != id {
			t.Errorf("%s is read as %+v", id, got)
		}
	}
	if err := os.WriteFile(filepath.Join(out, experiment.PlanFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.SweepDir(out).Planned(); err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), "grids is missing") {
		t.Errorf("got %v", err)
	}
}

func TestParseIdentityRefusesOtherNames(t *testing.T) {
	for _, name := range []string{"", "report", "a--b--c--d--seed", "a--b--c--d--seed01", "a--b--c--seed1", "a--b--c--d--e--seed1"} {
		if id, ok := experiment.ParseIdentity(name); ok {
			t.Errorf("%q is read as %+v", name, id)
		}
	}
}

// begin writes the plan and the masks of a sweep.
func begin(t *testing.T, s *experiment.Sweep) {
	t.Helper()
	end, err := s.Begin()
	if err != nil {
		t.Fatal(err)
	}
	end()
}
