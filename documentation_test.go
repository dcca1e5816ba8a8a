package gsdnet_test

import (
	"os/exec"
	"strings"
	"testing"
)

// maxDocLines is the number of lines of `go doc -short` that a reader takes in at once.
const maxDocLines = 30

// The list of what a public package exports is short. Where it grows too long, move some of
// it to a package of its own, or make functions methods.
func TestDocumentationOfAPackageIsShort(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: runs go doc on every package")
	}
	list := output(t, "go", "list", "-f", `{{if ne .Name "main"}}{{.ImportPath}}{{end}}`, "./...")
	checked := 0
	for _, path := range strings.Fields(list) {
		if strings.Contains(path+"/", "/internal/") {
			continue
		}
		checked++
		if got := strings.Count(output(t, "go", "doc", "-short", path), "\n"); got > maxDocLines {
			t.Errorf("go doc -short %s: %d lines, want at most %d", path, got, maxDocLines)
		}
	}
	if checked < 20 {
		t.Errorf("%d public packages, want at least 20: is the list right?", checked)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return string(out)
}
