package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The worked example of a verb, in a copy of the project to which that one file is
// added, passes the tests that try every verb, and the command and its completion know it.
func TestWorkedVerb(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code, lines := blocks(t, "extending.md#A new verb", "go"), blocks(t, "extending.md#A new verb", "sh")
	if len(code) != 1 || len(lines) != 1 {
		t.Fatalf("%d blocks of Go and %d of commands, want one each", len(code), len(lines))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	if err := os.WriteFile(filepath.Join(tree, "cmd", "gsdnet", "speakers.go"), []byte(code[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if gofmt := run(t, tree, "gofmt", "-l", "cmd"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./cmd/gsdnet")
	tried := run(t, tree, "go", "test", "-trimpath", "-v", "-run", "TestEvery|TestMatrix/data-speakers", "./cmd/gsdnet")
	if !strings.Contains(tried, "--- PASS: TestMatrix/data-speakers") {
		t.Errorf("the verb is not tried with wrong values:\n%s", tried)
	}
	run(t, tree, "go", "build", "-trimpath", "-o", "gsdnet", "./cmd/gsdnet")
	gsdnet := filepath.Join(tree, "gsdnet")
	var said []string
	for _, line := range strings.Split(strings.TrimSpace(lines[0]), "\n") {
		args := strings.Fields(strings.ReplaceAll(line, "corpus.npz", "synthetic:conversations=12,turns=3-5"))[1:]
		said = append(said, run(t, tree, gsdnet, args...))
	}
	said = append(said, run(t, tree, gsdnet, "--help"), run(t, tree, gsdnet, "completion", "bash"))
	for i, want := range []string{"utterances", `"0": `, "Example:", "Count the utterances of every speaker.", "'data speakers') words='--"} {
		if i >= len(said) || !strings.Contains(said[i], want) {
			t.Errorf("no %q in what command %d printed: %q", want, i+1, said)
		}
	}
}
