package main

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
)

// killGrid is a sweep of two short cells.
const killGrid = `
models = ["zero", "regression"]
rates = [0.0, 0.5]
samples = 2
recovery = true
[[dataset]]
name = "d"
path = "data.npz"
[train]
epochs = 12
batch = 2
patience = 0
[zero]
width = 8
hidden = 8
[regression]
width = 8
hidden = 8
`

// killed is a command that is killed, and the files that it ends with.
type killed struct {
	name   string
	args   []string
	resume []string // that goes on; nil: the same
	writes []string // files and folders
}

var killedCommands = []killed{
	{
		"train", strings.Fields("train --data data.npz --out run --model zero --set zero.width=8 --set zero.hidden=8 --set train.epochs=30 --set train.patience=0 --set train.batch=2"),
		strings.Fields("train --data data.npz --out run --model zero --set zero.width=8 --set zero.hidden=8 --set train.epochs=30 --set train.patience=0 --set train.batch=2 --resume"),
		[]string{"run"},
	},
	{"predict", strings.Fields("predict run --in data.npz --out out.csv --samples 2"), nil, []string{"out.csv"}},
	{"impute", strings.Fields("impute run --in data.npz --out out.npz --samples 2"), nil, []string{"out.npz"}},
	{"bulk input", strings.Fields("impute run --in data.parquet --out filled --samples 2 --part 8"), nil, []string{"filled"}},
	{"sweep", strings.Fields("sweep grid.toml --out sweep --data-dir . --workers 2"), nil, []string{"sweep"}},
	{"report", strings.Fields("report sweep"), nil, []string{"sweep"}},
}

// TestKills kills every command that writes at random moments (SIGKILL), lets it
// end, and holds what it leaves against what an undisturbed one leaves, byte for byte.
// GSDNET_KILLS says how often in all; make kills asks for fifty.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: kills processes for half a minute")
	}
	kills := 10
	if asked := os.Getenv("GSDNET_KILLS"); asked != "" {
		var err error
		if kills, err = strconv.Atoi(asked); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(t.TempDir(), "gsdnet")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole, broken := t.TempDir(), t.TempDir()
	for _, dir := range []string{whole, broken} {
		corpus := synthetic.New(synthetic.Config{Train: 6, Valid: 2, Test: 2, MinTurns: 4, MaxTurns: 8, Dims: [3]int{4, 3, 2}})
		if err := datanpz.Write(filepath.Join(dir, "data.npz"), corpus); err != nil {
			t.Fatal(err)
		}
		table, err := dataset.Read(filepath.Join(dir, "data.npz"), dataset.Fields{})
		if err == nil {
			err = table.Export(filepath.Join(dir, "data.parquet"))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "grid.toml"), []byte(killGrid), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("the moments are of seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	died := 0
	for _, c := range killedCommands {
		took := c.finish(t, program, whole, c.args)
		for tries, hits := 0, 0; hits < kills/len(killedCommands) && tries < 4*kills; tries++ {
			args := c.args
			if tries > 0 {
				args = c.again()
			}
			after := time.Duration(rng.Float64() * 0.9 * float64(took))
			if c.kill(t, program, broken, args, after) {
				hits, died = hits+1, died+1
			}
		}
		c.finish(t, program, broken, c.again())
		for _, name := range c.writes {
			sameFiles(t, c.name, filepath.Join(whole, name), filepath.Join(broken, name))
		}
		nothingLeft(t, c.name, broken)
	}
	t.Logf("%d kills met a running process", died)
	if died < kills/2 {
		t.Errorf("%d kills met a running process, want %d or more", died, kills/2)
	}
}

// again are the arguments of the same command, or of one that goes on.
func (c killed) again() []string {
	if c.resume != nil {
		return c.resume
	}
	return c.args
}

// finish runs a command to its end and returns how long it takes. A training that was
// killed before it left anything to resume is started anew.
func (c killed) finish(t *testing.T, program, dir string, args []string) time.Duration {
	t.Helper()
	started := time.Now()
	command := exec.Command(program, args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil && bytes.Contains(out, []byte("nothing to resume")) {
		return c.finish(t, program, dir, c.args)
	}
	if err != nil {
		t.Fatalf("%s: %v: %s", c.name, err, out)
	}
	return time.Since(started)
}

// kill starts a command, kills it after a while, and reports whether it was running.
func (c killed) kill(t *testing.T, program, dir string, args []string, after time.Duration) bool {
	t.Helper()
	command := exec.Command(program, args...)
	command.Dir = dir
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = command.Process.Kill()
	_ = command.Wait()
	return !command.ProcessState.Exited()
}

// clocks are the figures that a clock gives, which no two runs share.
var clocks = regexp.MustCompile(`"(seconds|log_bytes)":[0-9.]+`)

// sameFiles compares two files, or the files of two folders, but for what a clock wrote.
func sameFiles(t *testing.T, name, want, got string) {
	t.Helper()
	err := filepath.WalkDir(want, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "cost") || d.Name() == "state.safetensors" {
			return err
		}
		rest, _ := filepath.Rel(want, path)
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(got, rest))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		if filepath.Base(path) == "log.jsonl" {
			a, b = clocks.ReplaceAll(a, nil), clocks.ReplaceAll(b, nil)
		}
		if filepath.Ext(path) == ".md" {
			return nil // the report's page shows the costs as well
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %s differs from that of an undisturbed run", name, filepath.Join(filepath.Base(want), rest))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// nothingLeft expects no lock and no temporary file in a folder.
func nothingLeft(t *testing.T, name, dir string) {
	t.Helper()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != dir && (strings.HasPrefix(d.Name(), "lock") || strings.HasPrefix(d.Name(), ".")) {
			t.Errorf("%s left %s", name, path)
		}
		return err
	})
}
