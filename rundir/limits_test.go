package rundir_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gsdnet/engine"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

// numbers returns the numbers of [train] and of the models' tables with their limits.
func numbers() map[string]string {
	out := map[string]string{}
	add := func(table string, settings any) {
		limit.Each(reflect.Indirect(reflect.ValueOf(settings)).Type(), func(key, limits string) { out[table+"."+key] = limits })
	}
	c := rundir.DefaultConfig()
	add("train", c.Train)
	for _, name := range model.Names() {
		add(name, c.Settings[name])
	}
	return out
}

// A number outside its limits, NaN or infinity gives an error that names the setting,
// whichever model is chosen.
func TestLimitsAreKept(t *testing.T) {
	for name, limits := range numbers() {
		for _, value := range []string{"nan", "inf", "-inf", "-1", "100000000"} {
			c := rundir.DefaultConfig()
			err := c.Set(name + "=" + value)
			if err != nil && (value == "nan" || strings.HasSuffix(value, "inf")) {
				continue // no whole number
			}
			if err != nil {
				t.Fatal(err)
			}
			if err = c.Check(); err == nil || !strings.HasPrefix(err.Error(), name+" = ") || !fault.IsInput(err) {
				t.Errorf("%s = %s, with limits %s: got %v, want an error that begins with the name", name, value, limits, err)
			}
		}
	}
}

// The defaults are accepted.
func TestDefaultsAreWithinLimits(t *testing.T) {
	if err := rundir.DefaultConfig().Check(); err != nil {
		t.Error(err)
	}
}

// A file of settings without an end gives an error.
func TestEndlessConfig(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("SKIPPED: there is no /dev/zero")
	}
	err := rundir.DefaultConfig().Load("/dev/zero")
	if err == nil || !strings.Contains(err.Error(), "/dev/zero: longer than 1 MiB") || !fault.IsInput(err) {
		t.Errorf("got %v, want an error that says 1 MiB", err)
	}
}

// A checkpoint with a setting outside its limits is refused, as a settings file is.
func TestCheckpointWithAbsurdSettings(t *testing.T) {
	dir := traintest.Run(t, traintest.Config(t, "zero", "train.epochs=1"), traintest.Corpus())
	path := filepath.Join(dir, rundir.CheckpointFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, traintest.Replace(t, data, "hidden = 8", "hidden = 0"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, rundir.ConfigFile)); err != nil { // which says something else
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	_, err = infer.Open(dir, backend)
	if err == nil || !strings.Contains(err.Error(), "zero.hidden = 0 is under the limit of 1") {
		t.Errorf("got %v, want an error that names the setting", err)
	}
}
