package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of artefacts.md work, and write the files that the page lists.
func TestArtefacts(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the command")
	}
	dir := t.TempDir()
	gsdnet := filepath.Join(dir, "gsdnet")
	run(t, "..", "go", "build", "-trimpath", "-o", gsdnet, "./cmd/gsdnet")
	if err := os.WriteFile(filepath.Join(dir, "corpus.csv"), []byte(blocks(t, "formats.md", "csv")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, gsdnet, "train", "--data", "corpus.csv", "--out", "run", "--set", "train.epochs=1", "--set", "gsdnet.width=8")
	for _, block := range blocks(t, "artefacts.md", "sh") {
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			run(t, dir, gsdnet, strings.Fields(line)[1:]...)
		}
	}
	run(t, dir, gsdnet, "data", "import", "corpus.csv", "--out", "corpus.npz")
	for _, name := range []string{"run/card.md", "corpus.croissant.json", "model.onnx", "feed.npz", "weights.safetensors", "weights.safetensors.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 200 {
			t.Errorf("%s is not there, or is too short: %v", name, err)
		}
	}
}
