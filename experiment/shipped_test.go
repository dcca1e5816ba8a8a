package experiment_test

import (
	"path/filepath"
	"reflect"
	"testing"

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

// The row of the paper's own choices has exactly these.
func TestPaperVariant(t *testing.T) {
	g, err := experiment.Load("../configs/mosi/paper.toml")
	if err != nil {
		t.Fatal(err)
	}
	g.Datasets[0].Path, g.Datasets[0].Fields.Text = "synthetic", ""
	s, err := g.Prepare(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *s.Cells[0].Config.Settings["gsdnet"].(*gsdnet.Config), gsdnet.Paper(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
