//go:build !race

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gsdnet"
	"gsdnet/bulk"
	"gsdnet/dataset/parquet"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/train/traintest"
)

// TestBulkMemory imputes files of more and more utterances, of which half the cells are
// missing, and reads the peak of memory of the command, which must not grow. GSDNET_BULK
// says how many utterances, as 10000,100000,1000000; make bulk asks for these. It logs the
// utterances per second beside those of the model alone, on a corpus in memory. These are
// also given for a second of a processor, which does not depend on what else the machine
// does. It then kills the command when half of its output is written, and expects the same
// files after the command is given again.
func TestBulkMemory(t *testing.T) {
	sizes := os.Getenv("GSDNET_BULK")
	if sizes == "" {
		t.Skip("SKIPPED: GSDNET_BULK is not set; it measures the memory and the speed of commands")
	}
	widths := [erc.NumModalities]int{24, 16, 12}
	dir := traintest.Run(t, traintest.Config(t, "gsdnet", "train.epochs=1"), synthetic.New(synthetic.Config{Train: 8, Valid: 1, Test: 1, Dims: widths}))
	const mebi = 1 << 20
	first := 0.0
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		b := bulkRun{dir: dir, in: filepath.Join(t.TempDir(), "in.parquet"), utterances: n}
		longParquet(t, b.in, n, widths)
		whole := filepath.Join(t.TempDir(), "whole")
		started := time.Now()
		used := b.finish(t, whole)
		rate := float64(n) / time.Since(started).Seconds()
		perProcessor := float64(n) / (used.UserTime() + used.SystemTime()).Seconds()
		peak := 1024 * float64(used.SysUsage().(*syscall.Rusage).Maxrss)
		alone := modelAlone(t, dir, min(n, 10_000), widths)
		t.Logf("%d utterances: a peak of %.0f MiB, %.0f utterances per second, %.0f per second of a processor, %.0f by the model alone: %.2f",
			n, peak/mebi, rate, perProcessor, alone, perProcessor/alone)
		if first == 0 {
			first = peak
		}
		if peak > 1.3*first+32*mebi {
			t.Errorf("%d utterances: got a peak of %.0f MiB, want about the %.0f MiB of the smallest file", n, peak/mebi, first/mebi)
		}
		broken := filepath.Join(t.TempDir(), "broken")
		b.killHalfway(t, broken)
		b.finish(t, broken)
		sameFiles(t, text+" utterances", whole, broken)
	}
}

// bulkRun is a run that imputes a file of so many utterances.
type bulkRun struct {
	dir, in    string
	utterances int
}

// command returns the command that writes into the folder out.
func (b bulkRun) command(out string) *exec.Cmd {
	return exec.Command("gsdnet", "impute", b.dir, "--in", b.in, "--out", out, "--samples", "2")
}

// finish runs the command to its end.
func (b bulkRun) finish(t *testing.T, out string) *os.ProcessState {
	t.Helper()
	cmd := b.command(out)
	if text, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(text, []byte(fmt.Sprintf("%d utterances", b.utterances))) {
		t.Fatalf("%d utterances: %v: %s", b.utterances, err, text)
	}
	return cmd.ProcessState
}

// killHalfway starts the command and kills it (SIGKILL) when half of the files are there.
func (b bulkRun) killHalfway(t *testing.T, out string) {
	t.Helper()
	parts := (b.utterances + bulk.DefaultRows - 1) / bulk.DefaultRows
	cmd := b.command(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	written := func(pattern string) int {
		found, _ := filepath.Glob(filepath.Join(out, pattern)) // the pattern is valid
		return len(found)
	}
	for until := time.Now().Add(time.Hour); written("_gsdnet/*/part.tmp") == 0 || written("*.parquet") < parts/2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if n := written("*.parquet"); cmd.ProcessState.Exited() || n >= parts {
		t.Errorf("%d utterances: the command had ended with %d of %d files when it was killed: %s", b.utterances, n, parts, cmd.ProcessState)
	}
}

// modelAlone returns the utterances that a run imputes of a corpus in memory, per second of
// a processor.
func modelAlone(t *testing.T, dir string, n int, widths [erc.NumModalities]int) float64 {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.parquet")
	longParquet(t, in, n, widths)
	run, err := gsdnet.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	corpus, err := run.Read(in)
	if err != nil {
		t.Fatal(err)
	}
	before := processorSeconds(t)
	if _, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: 2}); err != nil {
		t.Fatal(err)
	}
	return float64(n) / (processorSeconds(t) - before)
}

// processorSeconds returns the time that this process has used.
func processorSeconds(t *testing.T) float64 {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// longParquet writes n utterances of conversations of twenty, of which half the cells are
// missing and no utterance misses all.
func longParquet(t *testing.T, path string, n int, widths [erc.NumModalities]int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	columns := []parquet.Column{parquet.TextColumn("dialogue"), parquet.WholeColumn("turn")}
	for _, m := range erc.Modalities {
		columns = append(columns, parquet.VectorColumn(m.String()))
	}
	w := parquet.NewWriter(f, columns)
	rng := rand.New(rand.NewPCG(62, 1))
	for i := range n {
		cells := []parquet.Cell{parquet.Text(fmt.Sprint("call ", i/20)), parquet.Whole(i % 20)}
		for present := 1 + rng.IntN(7); len(cells) < len(columns); present /= 2 {
			var x []float32
			if present%2 == 1 {
				x = make([]float32, widths[len(cells)-2])
			}
			for j := range x {
				x[j] = float32(rng.NormFloat64())
			}
			cells = append(cells, parquet.Vector(x))
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestImportMemory reads a Parquet file of 300 MB as a whole, if GSDNET_BULK is set, and
// expects each command to stay below a multiple of what its features take.
func TestImportMemory(t *testing.T) {
	if os.Getenv("GSDNET_BULK") == "" {
		t.Skip("SKIPPED: GSDNET_BULK is not set; it reads a file of 300 MB")
	}
	const mega, rows = 1_000_000, 110_000
	in := filepath.Join(t.TempDir(), "in.parquet")
	longParquet(t, in, rows, [erc.NumModalities]int{785, 384, 66})
	info, err := os.Stat(in)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() < 300*mega {
		t.Errorf("the file has %d MB, want 300", info.Size()/mega)
	}
	const arrays = 4 * rows * (785 + 384 + 66) // bytes of the features in memory
	for _, c := range []struct {
		args []string
		most float64 // times the arrays: garbage of reading, and of writing
	}{
		{[]string{"data", "describe", in}, 2.4},
		{[]string{"data", "import", in, "--out", filepath.Join(t.TempDir(), "out.npz")}, 3.4},
	} {
		cmd := exec.Command("gsdnet", c.args...)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", c.args, err, text)
		}
		peak := float64(1024*cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / arrays
		t.Logf("%s %s: a peak of %.1f times the arrays of %d MB", c.args[0], c.args[1], peak, arrays/mega)
		if peak > c.most {
			t.Errorf("%s %s: got a peak of %.1f times the arrays, want at most %.1f", c.args[0], c.args[1], peak, c.most)
		}
	}
}
