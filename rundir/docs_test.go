package rundir_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"gsdnet/model/gsdnet"
	"gsdnet/rundir"
)

func TestPaperConfig(t *testing.T) {
	c := rundir.DefaultConfig()
	if err := c.Load("../configs/paper.toml"); err != nil {
		t.Fatal(err)
	}
	want := gsdnet.Paper()
	if got := c.Settings["gsdnet"].(*gsdnet.Config); !reflect.DeepEqual(*got, want) {
		t.Errorf("configs/paper.toml gives %+v, want %+v", *got, want)
	}
}

func TestShippedConfigsAreValid(t *testing.T) {
	paths, err := filepath.Glob("../configs/*/mixed.toml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		c := rundir.DefaultConfig()
		if err := c.Load(path); err != nil {
			t.Error(err)
		} else if err := c.Check(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
