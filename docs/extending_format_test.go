package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "gsdnet/dataset/formattest" // what the example is built with
)

// The worked example of a format in extending.md, in a copy of the project changed as
// the page says, passes its suite and is read by the command.
func TestWorkedFormat(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	const section = "extending.md#A new format of data"
	code, text := blocks(t, section, "go"), blocks(t, section, "text")
	if len(code) != 3 || len(text) != 1 {
		t.Fatalf("%d blocks of Go and %d of text, want the format, its test, the line, and the fixture", len(code), len(text))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	talk := filepath.Join(tree, "dataset", "talk")
	if err := os.MkdirAll(filepath.Join(talk, "testdata"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"talk.go": code[0], "talk_test.go": code[1], "testdata/two.talk": text[0]} {
		if err := os.WriteFile(filepath.Join(talk, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, filepath.Join(tree, "dataset", "all", "all.go"), func(list string) string {
		return strings.Replace(list, "import (\n", "import (\n"+code[2], 1)
	})
	if gofmt := run(t, tree, "gofmt", "-l", "dataset/talk"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./dataset/talk", "./dataset/all")
	run(t, tree, "go", "test", "-trimpath", "./dataset/talk", "./dataset")
	said := run(t, tree, "go", "run", "-trimpath", "./cmd/gsdnet", "data", "describe", "dataset/talk/testdata/two.talk")
	if !strings.Contains(said, "two: sentiment scores, text 2, no audio, no visual") {
		t.Errorf("described as: %s", said)
	}
}
