package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// figureGrid is a sweep of two cells at two missing rates.
const figureGrid = `models = ["zero"]
protocols = ["random"]
rates = [0.2, 0.5]
seeds = [1, 2]

[[dataset]]
name = "tiny"
path = "synthetic:conversations=12,turns=3-5"

[train]
epochs = 1

[zero]
width = 8
`

// The figure of extending.md, added to a copy of the project as one file, is in the
// report of a sweep, and the test of all declared parts passes.
func TestWorkedFigure(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code := blocks(t, "extending.md#A new figure", "go figure")
	if len(code) != 1 {
		t.Fatalf("%d blocks of the figure, want 1", len(code))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	for path, text := range map[string]string{filepath.Join("report", "holds.go"): code[0], "figure.toml": figureGrid} {
		if err := os.WriteFile(filepath.Join(tree, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if gofmt := run(t, tree, "gofmt", "-l", "report"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./report")
	run(t, tree, "go", "test", "-trimpath", "-run", "Declar", "./report")
	run(t, tree, "go", "build", "-trimpath", "-o", "gsdnet-holds", "./cmd/gsdnet")
	program := filepath.Join(tree, "gsdnet-holds")
	run(t, tree, program, "sweep", "figure.toml", "--out", "runs")
	run(t, tree, program, "report", "runs", "--out", "made")
	page, err := os.ReadFile(filepath.Join(tree, "made", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "figures/holds-tiny-labels.svg"
	if !strings.Contains(string(page), name) {
		t.Errorf("report.md does not show %s", name)
	}
	if svg, err := os.ReadFile(filepath.Join(tree, "made", name)); err != nil || !strings.Contains(string(svg), "zero") {
		t.Errorf("%s: got %v and %d bytes, want a line of the model zero", name, err, len(svg))
	}
}
