package gsdnet_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gsdnet/missing"
)

// mayNotKnow lists folders that are not searched for names of protocols: the first
// declares them, and the others lie below it and know no protocols, so that a name
// there is a word with another meaning.
var mayNotKnow = []string{"missing", "simd", "diffusion", "internal"}

// A protocol is declared in one file of package missing. Nothing else names one:
// what a protocol needs elsewhere belongs into its declaration.
func TestOnlyTheirDeclarationsNameProtocols(t *testing.T) {
	names := missing.Names()
	if len(names) < 2 {
		t.Fatalf("got protocols %v, want those that are declared", names)
	}
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (slices.Contains(mayNotKnow, path) || path != "." && strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files++
		for _, found := range protocolsNamed(t, path, nil, names) {
			t.Error(found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("%d files were read, want the whole project", files)
	}
}

func TestTheSearchForProtocolsFindsThem(t *testing.T) {
	const source = `package a
import "gsdnet/missing"
var (
	x = "random"
	y = "fixed {t}"
	z = missing.Random
	w = "random numbers"
	v = missing.Default
	u struct { A string ` + "`default:\"random\"`" + ` }
)`
	got := protocolsNamed(t, "a.go", source, []string{"random", "fixed"})
	if len(got) != 4 {
		t.Errorf("got %d places, want those of x, y, z and u:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// protocolsNamed lists the places of a file in which code names a protocol: as a
// text, as a rule's text, in a field's tag, or as a constant of package missing.
func protocolsNamed(t *testing.T, path string, source any, names []string) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	note := func(n ast.Node, what string) {
		found = append(found, set.Position(n.Pos()).String()+" names "+what)
	}
	rules := map[string]bool{}
	for _, rule := range missing.AllRules() {
		rules[rule.String()] = true
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			from, ok := n.X.(*ast.Ident)
			for _, name := range names {
				if ok && from.Name == "missing" && strings.HasPrefix(strings.ToLower(n.Sel.Name), name) {
					note(n, "missing."+n.Sel.Name)
				}
			}
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if n.Kind != token.STRING || err != nil {
				return true
			}
			for _, name := range names {
				if text == name || strings.Contains(text, strconv.Quote(name)) || strings.HasPrefix(text, name+"-") {
					note(n, text)
				}
			}
			if rules[text] {
				note(n, text)
			}
		}
		return true
	})
	return found
}
