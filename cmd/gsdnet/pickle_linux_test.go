//go:build !race

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// largePickle writes an MMSA pickle with 2,000 utterances of 50 words of width 768, of
// which the file is given as its argument.
const largePickle = `
import pickle, sys
import numpy as np

def part(split, n):
    rng = np.random.RandomState(n)
    return {
        "raw_text": np.array(["a text"] * n), "id": ["%s%d$_$1" % (split, i) for i in range(n)],
        "text": rng.standard_normal((n, 50, 768)).astype(np.float32),
        "audio": rng.standard_normal((n, 50, 5)).astype(np.float32), "vision": rng.standard_normal((n, 50, 20)).astype(np.float32),
        "regression_labels": rng.uniform(-3, 3, n),
    }

with open(sys.argv[1], "wb") as f:
    pickle.dump({"train": part("a", 1600), "valid": part("b", 200), "test": part("c", 200)}, f, 4)
`

// TestPickleMemory reads a pickle of 300 MB, if GSDNET_BULK is set, and expects each command
// to stay below 700 MB.
func TestPickleMemory(t *testing.T) {
	if os.Getenv("GSDNET_BULK") == "" {
		t.Skip("SKIPPED: GSDNET_BULK is not set; it reads a file of 300 MB")
	}
	const python, mega = "/usr/bin/python3", 1_000_000
	if err := exec.Command(python, "-c", "import numpy").Run(); err != nil {
		t.Skip("SKIPPED: no numpy; install python3-numpy")
	}
	in := filepath.Join(t.TempDir(), "unaligned_50.pkl")
	if text, err := exec.Command(python, "-c", largePickle, in).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	info, err := os.Stat(in)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() < 300*mega {
		t.Errorf("the file has %d MB, want 300", info.Size()/mega)
	}
	for _, args := range [][]string{
		{"data", "describe", in},
		{"data", "import", in, "--out", filepath.Join(t.TempDir(), "out.npz")},
	} {
		cmd := exec.Command("gsdnet", args...)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, text)
		}
		peak := 1024 * cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss / mega
		t.Logf("%s %s: a peak of %d MB", args[0], args[1], peak)
		if peak > 700 {
			t.Errorf("%s %s: got a peak of %d MB, want at most 700", args[0], args[1], peak)
		}
	}
}
