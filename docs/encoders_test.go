package docs_test

import (
	"os"
	"strings"
	"testing"
)

// TestEncodersPage checks that the page's example is the one that a test of the package
// runs.
func TestEncodersPage(t *testing.T) {
	page, err := os.ReadFile("encoders.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../engine/encoder/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(page), "```go\n")
	code, _, found := strings.Cut(code, "```")
	if !found {
		t.Fatal("the page has no example in Go")
	}
	var indented strings.Builder
	for line := range strings.Lines(code) {
		indented.WriteString("\t" + line)
	}
	if !strings.Contains(string(example), indented.String()) {
		t.Errorf("got the example\n%s\nwhich is not in example_test.go of engine/encoder", code)
	}
}
