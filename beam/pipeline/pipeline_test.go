package pipeline_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"gsdnet/beam/pipeline"
	"gsdnet/dataset"
	_ "gsdnet/dataset/all" // run directories and Parquet
	"gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/train/traintest"
)

// TestMain starts Beam. In a process that Prism starts as a worker it does not return.
func TestMain(m *testing.M) {
	beam.Init()
	m.Run()
}

// The pipeline on the Prism runner writes the files that gsdnet predict and gsdnet impute
// write of the same Parquet files, byte for byte, and therefore row for row.
func TestEqualsTheCommand(t *testing.T) {
	program := filepath.Join(t.TempDir(), "gsdnet")
	build := exec.Command("go", "build", "-o", program, "./cmd/gsdnet")
	build.Dir = filepath.Join("..", "..")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	run := traintest.Run(t, traintest.Config(t, "gsdnet", "train.epochs=1"), traintest.Corpus())
	in := t.TempDir()
	for seed := range 2 {
		withHoles(t, filepath.Join(in, fmt.Sprintf("%c.parquet", 'a'+seed)), seed)
	}
	for _, verb := range []string{"predict", "impute"} {
		want, got := filepath.Join(t.TempDir(), "command"), t.TempDir()
		text, err := exec.Command(program, verb, run, "--in", in, "--out", want, "--samples", "2", "--part", "200").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", verb, err, text)
		}
		t.Logf("%s: %s", verb, text)
		p, s := beam.NewPipelineWithRoot()
		pipeline.Build(s, pipeline.Options{
			Run: run, In: filepath.Join(in, "*.parquet"), Out: got, Impute: verb == "impute", Samples: 2, Rows: 200,
		})
		if _, err := prism.Execute(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		same(t, verb, want, got)
	}
}

// withHoles writes synthetic conversations of which every second utterance lacks a modality.
func withHoles(t *testing.T, path string, seed int) {
	t.Helper()
	corpus := synthetic.New(synthetic.Config{Seed: uint64(seed) + 7, Dims: [erc.NumModalities]int{4, 3, 2}})
	complete := filepath.Join(t.TempDir(), "complete.npz")
	if err := npz.Write(complete, corpus); err != nil {
		t.Fatal(err)
	}
	table, err := dataset.Read(complete, dataset.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	for row := 0; row < table.Rows; row += 2 {
		features := table.Features[row/2%len(table.Features)].Row(row)
		for i := range features {
			features[i] = float32(math.NaN())
		}
	}
	table.Present = nil // NaN says what is missing
	if err := table.Export(path); err != nil {
		t.Fatal(err)
	}
}

// same compares the Parquet files of two folders.
func same(t *testing.T, verb, want, got string) {
	t.Helper()
	names := func(folder, pattern string) (list []string) {
		found, _ := filepath.Glob(filepath.Join(folder, pattern)) // the pattern is valid
		for _, path := range found {
			list = append(list, filepath.Base(path))
		}
		return list
	}
	wanted := names(want, "*.parquet")
	if found := names(got, "*"); len(wanted) < 4 || !slices.Equal(wanted, found) {
		t.Errorf("%s: got the files %q, want %q, at least 4", verb, found, wanted)
	}
	for _, name := range wanted {
		a, err := os.ReadFile(filepath.Join(want, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(got, name))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %s differs (%v)", verb, name, err)
		}
	}
}
