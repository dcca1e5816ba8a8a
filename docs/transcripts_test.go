package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of transcripts.md work on the fixtures, and the list that the page shows is
// what the first of them writes.
func TestTranscripts(t *testing.T) {
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
	commands := 0
	for _, block := range blocks(t, "transcripts.md", "sh") {
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			run(t, dir, gsdnet, strings.Fields(line)[1:]...)
			commands++
		}
	}
	lists := blocks(t, "transcripts.md", "csv")
	if got := read(t, filepath.Join(dir, "turns.csv")); len(lists) != 1 || commands != 2 || got != lists[0] {
		t.Errorf("%d lists, %d commands, got\n%s", len(lists), commands, got)
	}
}
