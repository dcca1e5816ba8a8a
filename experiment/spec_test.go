package experiment_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gsdnet/engine"
	"gsdnet/experiment"
	"gsdnet/experiment/queuetest"
	"gsdnet/rundir"
)

func TestLocalQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended)) experiment.Queue {
		return experiment.NewLocal(cells, ended)
	})
}

// overJSON returns a Spec as another machine receives it.
func overJSON(t *testing.T, s experiment.Spec) experiment.Spec {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out experiment.Spec
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSpecSurvivesJSON(t *testing.T) {
	for _, text := range []string{
		pair,
		"training = \"each\"\nmask_seed = 7\nsplit = \"valid\"\n" + pair,
		"protocols = [\"fixed\", \"random\"]\nfamily = \"batch\"\n" + strings.NewReplacer("compare_samples = [1, 2]", "", "recovery = true", "").Replace(pair),
	} {
		seen := map[string]bool{}
		for _, want := range prepare(t, text, t.TempDir()).Cells {
			got := overJSON(t, want)
			if !reflect.DeepEqual(got, want) || got.ID() != want.ID() {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if seen[want.ID()] {
				t.Errorf("%s has the ID of another cell", want)
			}
			seen[want.ID()] = true
		}
	}
}

// Each part of a Spec changes its ID, so that work that differs is not taken for the same.
func TestEveryPartOfASpecChangesItsID(t *testing.T) {
	s := prepare(t, pair, t.TempDir()).Cells[0]
	for i := range reflect.TypeOf(s).NumField() {
		other := s
		reflect.ValueOf(&other).Elem().Field(i).SetZero()
		if reflect.DeepEqual(other, s) {
			continue // zero already, such as the mask seed
		}
		if other.ID() == s.ID() {
			t.Errorf("the ID does not depend on %s", reflect.TypeOf(s).Field(i).Name)
		}
	}
}

// A worker that has nothing but a Spec from JSON writes the bytes that the sweep writes,
// and the sweep accepts them as finished.
func TestWorkerWithASpecAloneWritesTheSameBytes(t *testing.T) {
	whole, remote := t.TempDir(), t.TempDir()
	sweep := prepare(t, pair, whole)
	if _, err := run(t, t.Context(), sweep); err != nil {
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	worker := &experiment.Worker{Out: remote, Backend: backend}
	for _, s := range sweep.Cells {
		if e := worker.Run(t.Context(), overJSON(t, s)); e.Err != nil || e.Skipped {
			t.Fatal(e.Skipped, e.Err)
		}
	}
	compareRuns(t, whole, remote, sweep.Cells)
	if e := worker.Run(t.Context(), overJSON(t, sweep.Cells[0])); !e.Skipped || e.Record == nil {
		t.Errorf("got skipped %v and error %v of a finished cell", e.Skipped, e.Err)
	}
}

func TestNumberOfWorkersDoesNotChangeResults(t *testing.T) {
	grid := strings.Replace(pair, "samples = 2", "samples = 2\nseeds = [1, 2]", 1)
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	one, four := t.TempDir(), t.TempDir()
	for out, n := range map[string]int{one: 1, four: 4} {
		s := prepare(t, grid, out)
		s.Backend, s.Workers = backend, n
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	compareRuns(t, one, four, prepare(t, grid, one).Cells)
}

// compareRuns fails unless all files of the cells' run directories are equal, the log apart,
// which has the seconds that training took.
func compareRuns(t *testing.T, a, b string, cells []experiment.Spec) {
	t.Helper()
	compared := 0
	for _, s := range cells {
		files, err := os.ReadDir(filepath.Join(a, s.String()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() || f.Name() == rundir.LogFile || f.Name() == rundir.CardFile || f.Name() == rundir.StateFile { // these tell times
				continue
			}
			compared++
			if !bytes.Equal(read(t, a, s.String(), f.Name()), read(t, b, s.String(), f.Name())) {
				t.Errorf("%s: %s differs", s, f.Name())
			}
		}
	}
	if compared < 4*len(cells) {
		t.Errorf("only %d files of %d runs were compared", compared, len(cells))
	}
}

func TestWorkerRefusesWhatIsNotTheSweeps(t *testing.T) {
	s := prepare(t, pair, t.TempDir()).Cells[0]
	out := t.TempDir()
	for want, change := range map[string]func(*experiment.Spec){
		"the SHA-256 of the data is":    func(s *experiment.Spec) { s.Data.Hash = strings.Repeat("0", 64) },
		"the SHA-256 of the masks is":   func(s *experiment.Spec) { s.MaskSeed++ },
		"which is not a name":           func(s *experiment.Spec) { s.Dataset = "../elsewhere" },
		"the settings of tiny--random":  func(s *experiment.Spec) { s.Config += "\nunknown = 1\n" },
		"no such file":                  func(s *experiment.Spec) { s.Data.Path = "absent.npz" },
		`a cell of the split "nothing"`: func(s *experiment.Spec) { s.Split = "nothing" },
	} {
		changed := overJSON(t, s)
		change(&changed)
		worker := &experiment.Worker{Out: out}
		if e := worker.Run(t.Context(), changed); e.Err == nil || !strings.Contains(e.Err.Error(), want) {
			t.Errorf("got %v, want %q", e.Err, want)
		}
	}
	if files, err := os.ReadDir(out); err != nil || len(files) != 0 {
		t.Errorf("got %d files of refused cells", len(files))
	}
}
