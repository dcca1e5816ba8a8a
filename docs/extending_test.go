// Package docs_test holds the pages to what they say.
package docs_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "gsdnet"                 // what the example is built with: the result is
	_ "gsdnet/model/modeltest" // cached only as long as that stays the same
)

// blocks returns the blocks in a language of a page, or of one of its sections:
// "extending.md#A new model".
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	page, heading, _ := strings.Cut(page, "#")
	file, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := "\n" + string(file)
	if heading != "" {
		_, text, _ = strings.Cut(text, "\n## "+heading+"\n")
		text, _, _ = strings.Cut(text, "\n## ")
	}
	var out []string
	for _, found := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
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

// copyTree copies the project without what is built or hidden.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == from {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch hidden := strings.HasPrefix(entry.Name(), "."); {
		case entry.IsDir() && (hidden || name == "bin" || name == "runs"):
			return filepath.SkipDir
		case entry.IsDir():
			return os.Mkdir(filepath.Join(to, name), 0o755)
		case hidden || !entry.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// edit changes a file of the copy.
func edit(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(text))
	if changed == string(text) {
		t.Fatalf("%s: nothing to change", path)
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// throughAllModels names tests that go through the list of models, or of packages.
const throughAllModels = "Current|Every|All|Known|Limit|Settings|Arrows|Names"

// The worked example of extending.md, in a copy of the project changed as the page
// says, passes its suite and the tests that go through all models, and is trained by
// name.
func TestWorkedExample(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code := blocks(t, "extending.md#A new model", "go")
	if len(code) != 3 {
		t.Fatalf("%d blocks of Go, want the model, its test, and the line", len(code))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	carry := filepath.Join(tree, "model", "carry")
	if err := os.Mkdir(carry, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"carry.go": code[0], "carry_test.go": code[1]} {
		if err := os.WriteFile(filepath.Join(carry, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, filepath.Join(tree, "model", "all", "all.go"), func(list string) string {
		return strings.Replace(list, "import (\n", "import (\n"+code[2], 1)
	})
	run(t, tree, "go", "run", "-trimpath", "./bench/settings")
	if gofmt := run(t, tree, "gofmt", "-l", "model"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./model/carry", "./model/all")
	run(t, tree, "go", "test", "-trimpath", "-short", "./model/carry")
	run(t, tree, "go", "test", "-trimpath", "-short", "-run", throughAllModels, ".", "./model", "./train", "./experiment", "./internal/limit", "./bench/settings")
	said := run(t, tree, "go", "run", "-trimpath", "./cmd/gsdnet", "train", "--data", "synthetic:conversations=12,turns=3-5", "--out", "run", "--model", "carry",
		"--set", "carry.width=8", "--set", "train.epochs=2")
	if !strings.Contains(said, "parameters, 2 epochs") {
		t.Errorf("trained: %s", said)
	}
}
