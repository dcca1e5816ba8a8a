package docs_test

import (
	"os"
	"strings"
	"testing"

	_ "gsdnet/dataset/all"
	"gsdnet/experiment"
	_ "gsdnet/model/all"
)

// Every example of sweep.md is part of a grid that can be prepared, and has more than the
// one cell of a grid without it, or other masks.
func TestExamplesOfGrids(t *testing.T) {
	text, err := os.ReadFile("sweep.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin = "models = [\"zero\"]\n"
	const end = "\n[[dataset]]\nname = \"tiny\"\npath = \"synthetic:conversations=20,turns=3-5\"\n"
	cells := func(keys string) []experiment.Spec {
		g, err := experiment.Parse("grid.toml", []byte(begin+keys+end))
		if err != nil {
			t.Fatalf("%v in\n%s", err, keys)
		}
		s, err := g.Prepare(t.Context(), "", t.TempDir())
		if err != nil {
			t.Fatalf("%v in\n%s", err, keys)
		}
		return s.Cells
	}
	ordinary := cells("")
	examples := strings.Split(string(text), "```toml\n")[1:]
	if len(examples) != 6 {
		t.Errorf("docs/sweep.md has %d examples, want one for each of 6 protocols", len(examples))
	}
	for _, example := range examples {
		keys, _, _ := strings.Cut(example, "```")
		if got := cells(keys); len(got) == 1 && got[0].ID() == ordinary[0].ID() {
			t.Errorf("the example changes nothing:\n%s", keys)
		}
	}
}
