package experiment_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"gsdnet/dataset"
	"gsdnet/experiment"
	"gsdnet/model/gsdnet"
)

// grids are the experiments that ship: all but the configs of single runs.
func grids(t *testing.T) []string {
	t.Helper()
	paths := []string{"../configs/quick.toml"}
	for _, name := range []string{"tune", "random", "fixed", "ablation", "paper", "trained"} {
		found, err := filepath.Glob("../configs/*/" + name + ".toml")
		if err != nil || len(found) == 0 {
			t.Fatal(name, found, err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func TestShippedGridsAreValid(t *testing.T) {
	for _, path := range grids(t) {
		t.Run(path, func(t *testing.T) {
			g, err := experiment.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if name := filepath.Base(filepath.Dir(path)); name != "configs" && g.Datasets[0].Name != name {
				t.Errorf("it is about %s", g.Datasets[0].Name)
			}
		})
	}
}

// The rows of the paper's own choices have exactly these.
func TestPaperVariant(t *testing.T) {
	paths, err := filepath.Glob("../configs/*/paper.toml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		g, err := experiment.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		g.Datasets[0].Path, g.Datasets[0].Fields = "synthetic", dataset.Fields{}
		s, err := g.Prepare(t.Context(), "", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := *settings(t, &s.Cells[0]).Settings["gsdnet"].(*gsdnet.Config), gsdnet.Paper(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
}
