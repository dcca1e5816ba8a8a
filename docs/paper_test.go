package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPaperNamesWhatExists checks that every function and type that paper.md names
// is declared somewhere in the code.
func TestPaperNamesWhatExists(t *testing.T) {
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^(?:func (?:\(\w+ \*?(\w+)(?:\[\w+\])?\) )?|type )(\w+)`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range declaration.FindAllStringSubmatch(string(text), -1) {
			receiver, name, folder := found[1], found[2], filepath.Base(filepath.Dir(path))
			declared[name], declared[receiver+"."+name], declared[folder+"."+name] = true, true, true
			declared[folder+"."+receiver+"."+name] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("paper.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([A-Za-z.]+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 15 {
		t.Fatalf("paper.md: got %d names, want at least 15", len(named))
	}
	for _, found := range named {
		if !declared[found[1]] {
			t.Errorf("paper.md: nothing declares %s", found[1])
		}
	}
}
