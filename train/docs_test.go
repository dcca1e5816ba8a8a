package train_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"gsdnet/missing"
	"gsdnet/model/gsdnet"
	"gsdnet/model/readout"
	"gsdnet/rundir"
)

// The settings of docs/config.md are all there are, at their defaults.
func TestDocumentedSettings(t *testing.T) {
	text, err := os.ReadFile("../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	documented, want := rundir.DefaultConfig(), rundir.DefaultConfig()
	for name := range want.Settings { // an absent key would keep its default: start from none
		settings := reflect.ValueOf(documented.Settings[name]).Elem()
		settings.SetZero()
		if body := settings.FieldByName("Body"); body.IsValid() { // documented once, under [gsdnet]
			body.Set(reflect.ValueOf(readout.DefaultBody()))
		}
	}
	for _, alike := range []string{"mean", "regression"} { // "likewise" of [zero]
		documented.Settings[alike] = want.Settings[alike]
	}
	documented.Train, documented.Missing = rundir.Training{}, missing.Settings{}
	blocks := regexp.MustCompile("(?m)^```.*$").Split(string(text), -1)
	for i := 1; i < len(blocks); i += 2 {
		if err := documented.Parse("docs/config.md", []byte(blocks[i])); err != nil {
			t.Fatal(err)
		}
	}
	for name := range want.Settings {
		if got := documented.Settings[name]; !reflect.DeepEqual(got, want.Settings[name]) {
			t.Errorf("[%s] documented as %+v, is %+v", name, got, want.Settings[name])
		}
	}
	if documented.Train != want.Train || documented.Missing != want.Missing {
		t.Errorf("documented as %+v %+v, is %+v %+v", documented.Train, documented.Missing, want.Train, want.Missing)
	}
}

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
