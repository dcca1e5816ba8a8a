package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gsdnet/explain"
)

// The lines of docs/explain.md work as they stand there, and the page names every part.
func TestExplainLines(t *testing.T) {
	page, err := os.ReadFile("explain.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "gsdnet"), "gsdnet/cmd/gsdnet").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Mkdir(filepath.Join(dir, "runs"), 0o755); err != nil {
		t.Fatal(err)
	}
	serveRun(t, filepath.Join(dir, "runs", "first"))
	if err := os.Rename(filepath.Join(dir, "runs", "conversation.npz"), filepath.Join(dir, "conversations.npz")); err != nil {
		t.Fatal(err)
	}
	want := []string{"## Dialogue 0", "## Dialogue 0", `"dialogue": 0`}
	lines := strings.Split(strings.TrimSpace(fenced(string(page), "sh")[0]), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got %d lines, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		words := strings.Fields(line)
		cmd := exec.CommandContext(t.Context(), filepath.Join(dir, words[0]), words[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want[i]) {
			t.Errorf("%s: got %s, error %v, want %s", line, out, err, want[i])
		}
	}
	if drawn, err := os.ReadDir(filepath.Join(dir, "figures")); err != nil || len(drawn) == 0 {
		t.Errorf("got the figures %v, error %v", drawn, err)
	}
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		named = append(named, row[1])
	}
	if got := slices.Compact(named); !slices.Equal(got, explain.Parts()) {
		t.Errorf("the page has the parts %v, want %v", got, explain.Parts())
	}
}
