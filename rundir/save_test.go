package rundir_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

// save writes a checkpoint with one weight of n numbers, and metadata with an epoch.
func save(path string, n, epoch int) error {
	scaler := &model.Scaler{}
	setup := model.Setup{Dims: [erc.NumModalities]int{2, 2, 2}}
	for m := range scaler.Mean {
		scaler.Mean[m], scaler.Deviation[m] = []float32{0, 1}, []float32{2, 3}
	}
	weight := make([]float32, n)
	for i := range weight {
		weight[i] = float32(epoch)
	}
	vars := map[string]*tensors.Tensor{"/w": tensors.FromFlatDataAndDimensions(weight, n)}
	return rundir.Save(path, vars, scaler, rundir.Meta{Setup: setup, Epoch: epoch})
}

// saved returns the content of a checkpoint that save writes.
func saved(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := save(filepath.Join(dir, rundir.CheckpointFile), 5, 7); err != nil {
		t.Fatal(err)
	}
	return traintest.Checkpoint(t, dir)
}

// read writes data to a file and reads it as a checkpoint.
func read(t *testing.T, data []byte) (string, *rundir.Checkpoint, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), rundir.CheckpointFile)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := rundir.ReadCheckpoint(path)
	return path, c, err
}

func TestSavedCheckpointReadsBack(t *testing.T) {
	_, c, err := read(t, saved(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.MustCopyFlatData[float32](c.Vars["/w"]); len(c.Vars) != 1 || len(got) != 5 || got[4] != 7 {
		t.Errorf("got weights %v, want /w with five sevens", c.Vars)
	}
	if got := c.Scaler.Deviation[erc.Visual]; c.Epoch != 7 || len(got) != 2 || got[1] != 3 {
		t.Errorf("got epoch %d and deviation %v, want 7 and [2 3]", c.Epoch, got)
	}
}

// Every error of a damaged file is one line with the name of the file and a hint.
func TestDamagedCheckpoint(t *testing.T) {
	whole := saved(t)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, data := range map[string][]byte{
		"truncated header": whole[:20],
		"truncated data":   whole[:len(whole)-3],
		"longer":           append(bytes.Clone(whole), 0),
		"one bit":          flipped,
		"text":             []byte("this is not a checkpoint"),
	} {
		path, _, err := read(t, data)
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), "\n") || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v, want one line that begins with the file, and a hint", name, err)
		}
	}
}

// A checkpoint of a later format is refused for its format, although its metadata have
// another type, too.
func TestCheckpointOfALaterFormat(t *testing.T) {
	data := traintest.Replace(t, saved(t), `gsdnet/4`, `gsdnet/9`)
	data = traintest.Replace(t, data, `\"finished\":false`, `\"finished\":12345`)
	_, _, err := read(t, data)
	want := `format "gsdnet/9", this program reads "gsdnet/4"`
	if err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(fault.Of(err), "this version") {
		t.Errorf("got %v with the hint %q, want %q", err, fault.Of(err), want)
	}
}

// A checkpoint that cannot be encoded leaves the older file.
func TestFailedSaveLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, rundir.CheckpointFile)
	if err := save(path, 5, 7); err != nil {
		t.Fatal(err)
	}
	want := traintest.Checkpoint(t, dir)
	vars := map[string]*tensors.Tensor{"/w": tensors.FromValue(1.5)} // float64
	if err := rundir.Save(path, vars, &model.Scaler{}, rundir.Meta{}); err == nil {
		t.Error("a float64 weight was saved")
	}
	if !bytes.Equal(traintest.Checkpoint(t, dir), want) {
		t.Error("the older file was changed")
	}
}

// interruptedEnv holds the path to which the process that is killed writes.
const interruptedEnv = "GSDNET_TEST_SAVE"

// A process that is killed while it saves leaves a complete checkpoint, the older one or
// the new one.
func TestInterruptedSaveLeavesACompleteFile(t *testing.T) {
	const weights = 2 << 20
	if path := os.Getenv(interruptedEnv); path != "" {
		for epoch := 2; ; epoch++ {
			if err := save(path, weights, epoch); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), rundir.CheckpointFile)
	if err := save(path, weights, 1); err != nil {
		t.Fatal(err)
	}
	overwritten := false
	for round := range 6 {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		c.Env = append(os.Environ(), interruptedEnv+"="+path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); same(t, path, before) && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Duration(67*round) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		got, err := rundir.ReadCheckpoint(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		overwritten = overwritten || got.Epoch > 1
	}
	if !overwritten {
		t.Error("no process saved anything before it was killed: this shows nothing")
	}
}

// same reports whether a path still leads to the file that it led to before.
func same(t *testing.T, path string, before os.FileInfo) bool {
	t.Helper()
	now, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(before, now)
}
