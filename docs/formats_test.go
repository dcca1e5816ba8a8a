package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of formats.md work on the fixtures of the formats, and so does its CSV.
// What was imported trains, and predicts as the file that it came from.
func TestFormats(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the command")
	}
	dir := t.TempDir()
	gsdnet := filepath.Join(dir, "gsdnet")
	run(t, "..", "go", "build", "-trimpath", "-o", gsdnet, "./cmd/gsdnet")
	tree, err := filepath.Abs("../dataset")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tree, filepath.Join(dir, "dataset")); err != nil {
		t.Skip("SKIPPED: this system has no symbolic links")
	}
	imported := map[string]string{} // the file that each .npz came from
	for _, block := range blocks(t, "formats.md", "sh") {
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			words := strings.Fields(line)
			run(t, dir, gsdnet, words[1:]...)
			if words[2] == "import" {
				imported[words[5]] = words[3]
			}
		}
	}
	table := blocks(t, "formats.md", "csv")
	if len(table) != 1 || len(imported) != 7 {
		t.Fatalf("%d tables and %d imports, want 1 and 7", len(table), len(imported))
	}
	if err := os.WriteFile(filepath.Join(dir, "table.csv"), []byte(table[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, gsdnet, "data", "import", "table.csv", "--out", "table.npz")
	imported["table.npz"] = "table.csv"
	delete(imported, "small.npz")   // these have no conversation
	delete(imported, "parquet.npz") // of validation
	delete(imported, "gcnet-iemocap.npz")
	for npz, from := range imported {
		out := strings.TrimSuffix(npz, ".npz")
		run(t, dir, gsdnet, "train", "--data", npz, "--out", out, "--model", "mean", "--set", "train.epochs=1", "--set", "mean.width=4", "--set", "mean.hidden=4")
		run(t, dir, gsdnet, "predict", out, "--in", npz, "--out", "a.csv", "--samples", "2")
		run(t, dir, gsdnet, "predict", out, "--in", from, "--out", "b.csv", "--samples", "2")
		a, b := read(t, filepath.Join(dir, "a.csv")), read(t, filepath.Join(dir, "b.csv"))
		if a != b || strings.Count(a, "\n") < 4 {
			t.Errorf("%s and %s are predicted differently:\n%s%s", npz, from, a, b)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
