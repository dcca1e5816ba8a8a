package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The metric of extending.md, added to a copy of the project as one file, is in the
// table and in the record of an evaluation.
func TestWorkedMetric(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code := blocks(t, "extending.md", "go metric")
	if len(code) != 1 {
		t.Fatalf("%d blocks of the metric, want 1", len(code))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	if err := os.WriteFile(filepath.Join(tree, "metric", "bias.go"), []byte(code[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if gofmt := run(t, tree, "gofmt", "-l", "metric"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./metric")
	run(t, tree, "go", "build", "-trimpath", "-o", "gsdnet-bias", "./cmd/gsdnet")
	const data = "synthetic:conversations=12,turns=3-5"
	program := filepath.Join(tree, "gsdnet-bias")
	run(t, tree, program, "train", "--data", data, "--out", "run", "--model", "zero", "--set", "zero.width=8", "--set", "train.epochs=1")
	if said := run(t, tree, program, "eval", "run", "--data", data, "--out", "found"); !strings.Contains(said, "Bias |") {
		t.Errorf("eval printed no column Bias:\n%s", said)
	}
	record, err := os.ReadFile(filepath.Join(tree, "found", "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(record), `"bias":`) {
		t.Errorf("metrics.json has no bias")
	}
}
