package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The sampler of extending.md, as one new file in a copy of the project, passes the tests
// that go through all samplers, appears in samplers.md, and is used by its name.
func TestWorkedSampler(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code, commands := blocks(t, "extending.md#A new sampler", "go"), blocks(t, "extending.md#A new sampler", "sh")
	if len(code) != 1 || len(commands) != 1 {
		t.Fatalf("%d blocks of Go and %d of commands, want one of each", len(code), len(commands))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	if err := os.WriteFile(filepath.Join(tree, "diffusion", "midpoint.go"), []byte(code[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if gofmt := run(t, tree, "gofmt", "-l", "diffusion"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	said := ""
	for _, command := range strings.Split(strings.TrimSpace(commands[0]), "\n") {
		words := strings.Fields(command)
		said = run(t, tree, words[0], words[1:]...)
	}
	if !strings.Contains(said, "parameters, 2 epochs") {
		t.Errorf("trained: %s", said)
	}
	if page, err := os.ReadFile(filepath.Join(tree, "docs", "samplers.md")); err != nil || !strings.Contains(string(page), "| `midpoint` |") {
		t.Errorf("samplers.md does not list midpoint (%v)", err)
	}
}
