package gsdnet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A program of another module makes 500 predictions from eight goroutines. Each
// equals the prediction of its conversation alone, memory stays flat, no goroutine is
// left, and malformed corpora are errors.
func TestOutsideModule(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds a program")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// The requirements are the project's own, which are in the module cache.
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module gsdnet\n", "module outside\n", 1) +
		"\nrequire gsdnet v0.0.0\n\nreplace gsdnet => " + root + "\n"
	for name, from := range map[string]string{"go.sum": "go.sum", "main.go": "testdata/outside/main.go"} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := tinyRun(t, nil)
	cmd := exec.Command("go", "run", "-mod=mod", ".", run)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v: %s", err, out)
	}
}
