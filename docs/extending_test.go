// Package docs_test holds the pages to what they say.
package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "gsdnet"                 // what the example is built with: the result is
	_ "gsdnet/model/modeltest" // cached only as long as that stays the same
)

// blocks returns the Go blocks of a page.
func blocks(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, found := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, found[1])
	}
	return out
}

// run runs a command in a folder and returns what it printed.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// The worked example of extending.md, laid over the project as it says, builds,
// passes the conformance suite, and can be trained by name.
func TestWorkedExample(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the command a second time")
	}
	code := blocks(t, "extending.md")
	if len(code) != 3 {
		t.Fatalf("%d blocks of Go, want the model, its test and the line", len(code))
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(root, "model", "all", "all.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir, replace := t.TempDir(), map[string]string{}
	for name, text := range map[string]string{
		"model/carry/carry.go":      code[0],
		"model/carry/carry_test.go": code[1],
		"model/all/all.go":          strings.Replace(string(list), "import (\n", "import (\n"+code[2], 1),
	} {
		file := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, filepath.FromSlash(name))] = file
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	suite, command := filepath.Join(dir, "carry.test"), filepath.Join(dir, "gsdnet")
	run(t, root, "go", "test", "-vet=off", "-overlay", overlay, "-c", "-o", suite, "./model/carry")
	run(t, dir, suite)
	run(t, root, "go", "build", "-overlay", overlay, "-o", command, "./cmd/gsdnet")
	said := run(t, dir, command, "train", "--data", "synthetic:conversations=12,turns=3-5", "--out", "run", "--model", "carry",
		"--set", "carry.width=8", "--set", "train.epochs=2")
	if !strings.Contains(said, "parameters, 2 epochs") {
		t.Errorf("trained: %s", said)
	}
	if gofmt := run(t, dir, "gofmt", "-l", "carry.go", "carry_test.go"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
}
