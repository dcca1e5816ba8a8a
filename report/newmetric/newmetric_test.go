// Package newmetric_test shows that a declaration is all that a new metric needs. It
// stands apart, as a metric that a test registers is there for the whole test program.
package newmetric_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
)

func init() {
	metric.Register(metric.Metric{
		Key: "bias", Heading: "Bias", Lower: true, Help: "The size of the mean error.",
		Score: func(labels, preds []float64, _ []metric.Mixture) float64 {
			sum, n := 0.0, 0.0
			for i, y := range labels {
				if !math.IsNaN(y) {
					sum, n = sum+preds[i]-y, n+1
				}
			}
			return math.Abs(sum / n)
		},
	})
}

// keep writes a run whose predictions are off by a shift.
func keep(t *testing.T, dir, model string, shift float64) *experiment.Record {
	t.Helper()
	corpus := synthetic.New(synthetic.Config{Train: 4, Valid: 2, Test: 4, MinTurns: 3, MaxTurns: 4, Dims: [3]int{2, 2, 2}})
	var cells []infer.MaskResult
	for _, rule := range missing.RandomRules("")[:2] {
		c := infer.MaskResult{Rule: rule.String()}
		for _, conv := range corpus.In(erc.Test) {
			for _, u := range conv.Utterances {
				p := float64(u.Label) + shift
				c.Labels, c.Predictions = append(c.Labels, float64(u.Label)), append(c.Predictions, p)
				c.Distributions = append(c.Distributions, metric.Mixture{{Loc: p, Scale: 1}})
			}
		}
		scores := metric.Evaluate(c.Labels, c.Predictions, c.Distributions)
		c.Scores = &scores
		cells = append(cells, c)
	}
	id := experiment.Identity{Dataset: "d", Protocol: "random", Variant: model, Model: model, Training: "mixed", Seed: 1}
	r := experiment.Record{
		Run: id.String(), Cell: &id, Data: "d", DataHash: corpus.Hash, MaskHash: corpus.Hash, Split: "test", Samples: 1,
		Result: experiment.NewResult(cells, rundir.NewFingerprint(corpus), corpus, erc.Test),
	}
	if err := experiment.RunDir(filepath.Join(dir, id.String())).Keep(&r, corpus); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, id.String(), rundir.ConfigFile), []byte("model = \""+model+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &r
}

// A metric that is declared, and mentioned nowhere else, is in the table of an
// evaluation, in the record, and in the tables and figures of a report.
func TestDeclaredMetricIsEverywhere(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	r := keep(t, dir, "zero", 0.5)
	keep(t, dir, "mean", 0.25)

	var table strings.Builder
	if err := report.ResultTable(r.Result).Write(&table); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "Bias |") || !strings.Contains(table.String(), "0.500 |") {
		t.Errorf("the table of an evaluation has no bias of 0.5:\n%s", table.String())
	}
	read, err := experiment.RunDir(filepath.Join(dir, r.Run)).Record()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read.Result.Mean.Scores.Get("bias"), 0.5; math.Abs(got-want) > 1e-6 {
		t.Errorf("the record has a bias of %g, want %g", got, want)
	}
	if _, err := report.Write(t.Context(), dir, out); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"summary-d-random.md":     "Bias",
		"table2-d.md":             "**0.250**", // the lower is the better
		"complete-d-random.md":    "Bias",
		"table2-d.csv":            ",bias,",
		"figures/rate-d-bias.svg": "Bias",
		"summary-d-random.tex":    "Bias",
		report.Main:               "rate-d-bias.svg",
	} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q", name, want)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(out, "table2-d.md")); !strings.Contains(string(text), "Δ Bias") {
		t.Error("the table of the protocol gives no interval of the difference in bias")
	}
}

// A declaration that is not complete, or whose key is taken, stops the program.
func TestRegisterRefuses(t *testing.T) {
	score := func(_, _ []float64, _ []metric.Mixture) float64 { return 0 }
	for name, m := range map[string]metric.Metric{
		"taken":    {Key: "mae", Heading: "A", Help: "A.", Score: score},
		"nothing":  {Key: "a", Heading: "A", Help: "A."},
		"no help":  {Key: "a", Heading: "A", Score: score},
		"no place": {Key: "a", Heading: "A", Help: "A.", Score: score, Omit: []string{"nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic")
				}
			}()
			metric.Register(m)
		})
	}
}
