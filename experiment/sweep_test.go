package experiment_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/missing"
	"gsdnet/rundir"
)

const pair = `
models = ["regression"]
rates = [0.0, 0.5]
samples = 2
compare_samples = [1, 2]
recovery = true

[[dataset]]
name = "tiny"
path = "synthetic:conversations=20,turns=3-6"

[train]
epochs = 6
batch = 3
rate = 0.01
ema = 0.5

[regression]
width = 8
hidden = 8

[[variant]]
name = "the-same"
model = "regression"
`

// run runs a sweep and returns what became of its cells.
func run(t *testing.T, ctx context.Context, s *experiment.Sweep) (ends []experiment.Ended, err error) {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	s.Backend, s.Workers = backend, 2
	s.Watch = func(e experiment.Ended) { ends = append(ends, e) }
	return ends, s.Run(ctx)
}

func read(t *testing.T, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEqualCellsHaveEqualNumbers(t *testing.T) {
	out := t.TempDir()
	ends, err := run(t, t.Context(), prepare(t, pair, out))
	if err != nil || len(ends) != 2 {
		t.Fatal(ends, err)
	}
	a, b := filepath.Join(out, "tiny--random--regression--mixed--seed1"), filepath.Join(out, "tiny--random--the-same--mixed--seed1")
	for _, name := range []string{experiment.PredictionsFile, experiment.FeaturesFile, rundir.CheckpointFile, rundir.ConfigFile} {
		if !bytes.Equal(read(t, a, name), read(t, b, name)) {
			t.Errorf("%s differs", name)
		}
	}
	renamed := strings.NewReplacer(`"variant": "the-same"`, `"variant": "regression"`, "--the-same--", "--regression--").Replace(string(read(t, b, rundir.MetricsFile)))
	if renamed != string(read(t, a, rundir.MetricsFile)) {
		t.Errorf("%s differs", rundir.MetricsFile)
	}
}

// A grid that chooses settings sees the validation split and nothing of the test split.
func TestValidationSplit(t *testing.T) {
	out := t.TempDir()
	s := prepare(t, "split = \"valid\"\n"+pair, out)
	ends, err := run(t, t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := dataset.Open("synthetic:conversations=20,turns=3-6", dataset.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(out, ends[0].Cell.String())
	all, err := experiment.RunDir(dir).Predictions(ends[0].Record)
	if err != nil || ends[0].Record.Split != "valid" {
		t.Fatal(ends[0].Record.Split, err)
	}
	for _, p := range all {
		if got, want := len(p.Prediction), erc.CountUtterances(corpus.In(erc.Valid)); got != want {
			t.Errorf("%s: %d predictions of %d utterances", p.Rule, got, want)
		}
	}
	masks, err := missing.Read(filepath.Join(out, experiment.MaskDir, "tiny"), corpus)
	if err != nil || len(masks) != 2 || masks[0].Split != erc.Valid {
		t.Error(masks, err)
	}
}

// Stopped after any number of epochs and started again, a sweep ends with the
// numbers of one that was left alone.
func TestStoppedSweepGoesOn(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	if _, err := run(t, t.Context(), prepare(t, pair, whole)); err != nil {
		t.Fatal(err)
	}
	stops := 0
	for parts := 300; ; parts += 300 {
		ctx, cancel := context.WithCancel(t.Context())
		s := prepare(t, pair, broken)
		seen := make(chan int, 10000)
		s.Progress = func(n int) {
			seen <- n
			sum := 0
			for range len(seen) {
				n := <-seen
				sum += n
				seen <- n
			}
			if sum > parts {
				cancel()
			}
		}
		_, err := run(t, ctx, s)
		cancel()
		if err == nil {
			break
		}
		if stops++; !strings.Contains(err.Error(), "stopped with") || stops > 20 {
			t.Fatal(err)
		}
	}
	if stops == 0 {
		t.Error("it was never stopped")
	}
	for _, c := range prepare(t, pair, whole).Cells {
		for _, name := range []string{rundir.MetricsFile, experiment.PredictionsFile, rundir.CheckpointFile} {
			if !bytes.Equal(read(t, whole, c.String(), name), read(t, broken, c.String(), name)) {
				t.Errorf("%s: %s differs", c, name)
			}
		}
	}
}

func TestFinishedCellsAreSkipped(t *testing.T) {
	out := t.TempDir()
	if _, err := run(t, t.Context(), prepare(t, pair, out)); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(out, "tiny--random--the-same--mixed--seed1")
	want := read(t, broken, rundir.MetricsFile)
	if err := os.Remove(filepath.Join(broken, rundir.MetricsFile)); err != nil {
		t.Fatal(err)
	}
	ends, err := run(t, t.Context(), prepare(t, pair, out))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ends {
		if e.Skipped != (e.Cell.Variant == "regression") || e.Record == nil {
			t.Errorf("%s: skipped %v, record %v", e.Cell, e.Skipped, e.Record)
		}
	}
	if !bytes.Equal(read(t, broken, rundir.MetricsFile), want) {
		t.Error("evaluated again, it has other numbers")
	}
	// Asked for more completions, it evaluates again and does not train again.
	more := strings.Replace(pair, "samples = 2", "samples = 3", 1)
	if ends, err = run(t, t.Context(), prepare(t, more, out)); err != nil || ends[0].Skipped || ends[0].Record.Samples != 3 {
		t.Errorf("got %+v, %v", ends, err)
	}
	// Other settings are not mixed in.
	other := strings.Replace(pair, "epochs = 6", "epochs = 7", 1)
	if _, err := parse(t, other).Prepare(t.Context(), "", out); err == nil || !strings.Contains(err.Error(), "was begun with other settings") {
		t.Errorf("got %v", err)
	}
}

// Every run is evaluated on the sweep's masks, which are those it kept itself.
func TestMasksAreSharedAndFrozen(t *testing.T) {
	out := t.TempDir()
	s := prepare(t, strings.Replace(pair, "samples = 2", "samples = 1\nseeds = [1, 2]", 1), out)
	ends, err := run(t, t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ends {
		if got, want := e.Record.MaskHash, ends[0].Record.MaskHash; got != want {
			t.Errorf("%s: masks %s, want %s", e.Cell, got, want)
		}
	}
	for _, name := range []string{"random-test-0.0-seed0.npy", "random-test-0.5-seed0.npy"} {
		shared := read(t, out, experiment.MaskDir, "tiny", name)
		for _, c := range s.Cells {
			if !bytes.Equal(read(t, out, c.String(), rundir.MaskDir, name), shared) {
				t.Errorf("%s: another %s", c, name)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(out, experiment.MaskDir, "tiny", missing.Manifest)); err != nil {
		t.Error(err)
	}
}

func TestRecordAndPredictionsReadBack(t *testing.T) {
	out := t.TempDir()
	ends, err := run(t, t.Context(), prepare(t, pair, out))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(out, ends[0].Cell.String())
	record, err := experiment.RunDir(dir).Record()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := record.Result.Mean.Scores.Get("mae"), ends[0].Record.Result.Mean.Scores.Get("mae"); got != want || len(record.Compare) != 2 {
		t.Errorf("MAE %g, want %g; %d compared", got, want, len(record.Compare))
	}
	predictions, err := experiment.RunDir(dir).Predictions(ends[0].Record)
	if err != nil || len(predictions) != 2 {
		t.Fatal(len(predictions), err)
	}
	sum := 0.0
	for i, y := range predictions[1].Label {
		sum += abs(y - predictions[1].Prediction[i])
	}
	if got, want := sum/float64(len(predictions[1].Label)), record.Result.Cells[1].Scores.Get("mae"); abs(got-want) > 1e-5 {
		t.Errorf("MAE %g from predictions, %g recorded", got, want)
	}
	features, err := experiment.RunDir(dir).Features()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range erc.Modalities {
		if n := len(features[m].Original); n == 0 || n != len(features[m].Recovered) || len(features[m].Original[0]) == 0 {
			t.Errorf("%s: %d original and %d recovered rows", m, n, len(features[m].Recovered))
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }
