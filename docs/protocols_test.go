package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"gsdnet/missing"
)

var update = flag.Bool("update", false, "write the generated parts of the pages anew")

// The table of protocols in protocol.md is what is declared.
func TestPagesListTheProtocols(t *testing.T) {
	const page, begin, end = "protocol.md", "<!-- protocols -->\n", "<!-- end -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	got, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		t.Fatalf("docs/%s has no lines %q and %q", page, begin, end)
	}
	want := protocolTable()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("docs/%s does not list the protocols as they are declared; run go test ./docs -run Pages -update\ngot:\n%s\nwant:\n%s", page, got, want)
	}
	if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

// protocolTable sets the declared protocols as a table.
func protocolTable() string {
	var out strings.Builder
	out.WriteString("| protocol | | a point is | in a grid | points | families |\n|---|---|---|---|---|---|\n")
	for _, p := range missing.Protocols() {
		fmt.Fprintf(&out, "| `%s` | %s | %s | `%ss` | %s | %s |\n",
			p.Name, p.Help, p.Write, p.Point, strings.Join(p.Points, ", "), strings.Join(p.Families, ", "))
	}
	return out.String()
}
