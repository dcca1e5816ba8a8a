// Command sizes counts the lines of files and functions of Go modules, so that
// their medians can be set side by side:
//
//	go run ./bench/sizes . gonum.org/v1/gonum github.com/gomlx/gomlx filippo.io/age
//
// An argument is a folder, or the path of a module in the module cache. Tests,
// generated files, assembly stubs and testdata are left out. A file counts its lines,
// a function the lines from its first to its last.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	longFile     = 400
	longFunction = 60
)

// count is what was found in one module.
type count struct {
	files, functions []int
	long             []string // files and functions over their limit
}

func main() {
	fmt.Printf("%-28s %6s %7s %6s %10s %7s %6s\n", "", "files", "median", ">400", "functions", "median", ">60")
	for _, arg := range os.Args[1:] {
		c, err := measure(arg)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%-28s %6d %7d %6d %10d %7d %6d\n", arg, len(c.files), median(c.files), over(c.files, longFile),
			len(c.functions), median(c.functions), over(c.functions, longFunction))
		if arg == "." {
			for _, name := range c.long {
				fmt.Println("  over the limit:", name)
			}
		}
	}
}

// measure counts a folder, or a module by its path.
func measure(arg string) (*count, error) {
	dir := arg
	if _, err := os.Stat(dir); err != nil {
		out, err := exec.Command("go", "mod", "download", "-json", arg+"@latest").Output()
		if own, errOwn := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", arg).Output(); errOwn == nil {
			dir = strings.TrimSpace(string(own))
		} else if err != nil {
			return nil, fmt.Errorf("%s is neither a folder nor a module that can be fetched", arg)
		} else {
			_, rest, _ := strings.Cut(string(out), `"Dir": "`)
			dir, _, _ = strings.Cut(rest, `"`)
		}
	}
	c := &count{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir(), filepath.Ext(path) != ".go", strings.HasSuffix(path, "_test.go"):
			return nil
		}
		return c.add(path)
	})
	return c, err
}

// add counts a file, unless it is generated.
func (c *count) add(path string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	if ast.IsGenerated(file) {
		return nil
	}
	lines := set.File(file.FileStart).LineCount()
	c.files = append(c.files, lines)
	if lines > longFile {
		c.long = append(c.long, fmt.Sprintf("%s: %d lines", path, lines))
	}
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
		c.functions = append(c.functions, n)
		if n > longFunction {
			c.long = append(c.long, fmt.Sprintf("%s: %s has %d lines", path, f.Name.Name, n))
		}
	}
	return nil
}

func median(x []int) int {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[len(x)/2]
}

func over(x []int, limit int) int {
	n := 0
	for _, v := range x {
		if v > limit {
			n++
		}
	}
	return n
}
