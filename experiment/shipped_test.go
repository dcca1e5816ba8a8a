package experiment_test

import (
	"path/filepath"
	"testing"

	"gsdnet/experiment"
)

// grids are the experiments that ship. The other files of configs are settings of single
// runs.
func grids(t *testing.T) []string {
	t.Helper()
	paths := []string{"../configs/quick.toml", "../configs/tune.toml"}
	found, err := filepath.Glob("../configs/*/*.toml")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	paths = append(paths, found...)
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
