package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// function matches what the page names in code: package.Function or package.Type.Method.
var function = regexp.MustCompile("`([a-z]+)\\.([A-Za-z]+)(?:\\.([A-Za-z]+))?`")

// Every function and type that the page names is there.
func TestArchitectureNamesWhatThereIs(t *testing.T) {
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	named := function.FindAllStringSubmatch(string(page), -1)
	if len(named) < 20 {
		t.Fatalf("the page names %d functions, want at least 20: is the pattern right?", len(named))
	}
	declared := map[string]map[string]bool{}
	for _, m := range named {
		folder, name := m[1], m[2]
		if m[3] != "" {
			name += "." + m[3]
		}
		if name == "go" || name == "md" {
			continue // a file
		}
		if declared[folder] == nil {
			declared[folder] = declarations(t, folder)
		}
		if !declared[folder][name] {
			t.Errorf("architecture.md names %s.%s, which is not declared", folder, name)
		}
	}
}

// declarations lists the functions, types and methods of a package of the house.
func declarations(t *testing.T, folder string) map[string]bool {
	t.Helper()
	dir := "../" + folder
	if folder == "gsdnet" {
		dir = ".."
	}
	names, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch d := n.(type) {
			case *ast.TypeSpec:
				out[d.Name.Name] = true
				if i, ok := d.Type.(*ast.InterfaceType); ok {
					for _, method := range i.Methods.List {
						for _, name := range method.Names {
							out[d.Name.Name+"."+name.Name] = true
						}
					}
				}
			case *ast.FuncDecl:
				out[receiver(d)+d.Name.Name] = true
			}
			return true
		})
	}
	return out
}

// receiver is the type of a method's receiver with a dot, "" of a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	switch x := d.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if name, ok := x.X.(*ast.Ident); ok {
			return name.Name + "."
		}
	case *ast.Ident:
		return x.Name + "."
	}
	return ""
}
