package experiment_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/metric/draws"
	"gsdnet/rundir"
)

// completed writes the record of a run whose completions have squared errors of a size on
// the conversations first to before last, in audio twice as large.
func completed(t *testing.T, first, last int32, size float64) (dir string, r *experiment.Record) {
	t.Helper()
	corpus := synthetic.New(synthetic.Config{Train: 2, Valid: 1, Test: 1, MinTurns: 2, MaxTurns: 2, Dims: [3]int{2, 2, 2}})
	var cells []infer.MaskResult
	for _, rule := range []string{"random 0.3", "random 0.5"} {
		c := infer.MaskResult{Rule: rule, Raw: &metric.Recovery{N: 1}, Encoded: &metric.Recovery{N: 1}, Sampled: &metric.Recovery{N: 1}}
		for _, u := range corpus.In(erc.Test)[0].Utterances {
			c.Labels, c.Predictions, c.Distributions = append(c.Labels, float64(u.Label)), append(c.Predictions, 0), append(c.Distributions, metric.Mixture{{Scale: 1}})
		}
		scores := metric.Evaluate(c.Labels, c.Predictions, c.Distributions)
		c.Scores = &scores
		for m, modality := range []string{"text", "audio"} {
			for id := first; id < last; id++ {
				c.Contributions = append(c.Contributions, draws.Contribution{
					Conversation: id, Modality: modality, Cells: 2, Energy: 1 / 3., CRPS: 0.1, MeanEnergy: math.NaN(),
					Square: 2 * size * float64(1+m) * (1 + 0.1*float64(id%3)), RawSquare: 2 * size,
				})
			}
		}
		cells = append(cells, c)
	}
	cells[0].Completion = draws.Together(map[string]*draws.Completion{"text": {N: 2, Draws: 2, Values: map[string]float64{"energy_score": 0.25}}})
	r = &experiment.Record{
		Run: "run", Data: "corpus", DataHash: corpus.Hash, MaskHash: corpus.Hash, Split: "test", Samples: 2, Recovery: true,
		Result: experiment.NewResult(cells, rundir.NewFingerprint(corpus), corpus, erc.Test),
	}
	dir = filepath.Join(t.TempDir(), "completed")
	if err := experiment.RunDir(dir).Keep(r, corpus); err != nil {
		t.Fatal(err)
	}
	return dir, r
}

// What was kept is read back with all digits, and refused if it is another's.
func TestContributionsReadBack(t *testing.T) {
	dir, want := completed(t, 0, 4, 1)
	r, err := experiment.RunDir(dir).Record()
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Result.Mean.Completion; c == nil || c.Values["energy_score"] != 0.25 || c.Modalities["text"].Values["energy_score"] != 0.25 {
		t.Errorf("the mean of the completions is %+v, want an energy score of .25", c)
	}
	got, err := experiment.RunDir(dir).Contributions(r)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v and %v, want two masks", got, err)
	}
	for i := range got {
		if cell := want.Result.Cells[i]; got[i].Rule != cell.Rule || fmt.Sprint(got[i].Conversations) != fmt.Sprint(cell.Contributions) {
			t.Errorf("got %+v, want %+v", got[i], cell.Contributions)
		}
	}
	path := filepath.Join(dir, experiment.CompletionFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("0.1"), []byte("0.2"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.RunDir(dir).Contributions(r); err == nil || !strings.Contains(err.Error(), path) || !fault.IsInput(err) {
		t.Errorf("got %v of another file, want an input error that names it", err)
	}
}

// A completion that lacks a score is refused, and the score named.
func TestGarbledCompletionsAreRefused(t *testing.T) {
	dir, _ := completed(t, 0, 4, 1)
	path := filepath.Join(dir, rundir.MetricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, edit(t, text, deleted, "result", "mean", "completion", "energy_score"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.RunDir(dir).Record(); err == nil || !strings.Contains(err.Error(), "result.mean.completion.energy_score") {
		t.Errorf("got %v, want an error that names the score", err)
	}
}

// The difference of two methods is taken over seeds and folds as they were run: folds
// share a mean, seeds have one each.
func TestCompareCompletions(t *testing.T) {
	both := func(size float64) []string {
		one, _ := completed(t, 0, 5, size)
		two, _ := completed(t, 5, 10, size)
		return []string{one, two}
	}
	a, b := both(4), both(1)
	d, err := experiment.CompareCompletions("rmse", a, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The mean over conversations 0 to 9 of 1 + .1·(id mod 3) is 1.09; audio has twice the square.
	root := math.Sqrt(1.09)
	if want := (2 - 1) * root * (1 + math.Sqrt2) / 2; math.Abs(d.Diff-want) > 1e-12 || d.Groups != 10 || !(d.Low > 0) {
		t.Errorf("got %+v, want a difference of %g over 10 conversations", d, want)
	}
	audio, err := experiment.CompareCompletions("rmse", a, b, func(rule, modality string) bool { return rule == "random 0.5" && modality == "audio" })
	if want := root * math.Sqrt2; err != nil || math.Abs(audio.Diff-want) > 1e-12 {
		t.Errorf("got %+v and %v of audio alone, want %g", audio, err, want)
	}
	seeds, err := experiment.CompareCompletions("rmse_raw", []string{a[0], a[0]}, []string{b[0], a[0]}, nil)
	if err != nil || math.Abs(seeds.Diff-0.5) > 1e-12 || seeds.Groups != 5 {
		t.Errorf("got %+v and %v of two seeds, want .5 over 5 conversations", seeds, err)
	}
	for name, compare := range map[string]func() error{
		"folds": func() error { _, err := experiment.CompareCompletions("rmse", a, b[:1], nil); return err },
		"score": func() error { _, err := experiment.CompareCompletions("mmd2", a, b, nil); return err },
	} {
		if err := compare(); err == nil || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v, want an input error with a hint", name, err)
		}
	}
}
