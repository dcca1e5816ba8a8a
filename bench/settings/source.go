package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

const module = "gsdnet"

// source reads the comments of struct fields.
type source struct {
	root     string // folder of the module
	comments map[string]map[string]string
}

// comment returns the comment of a field of a struct type: the one on its line, or
// else the one above it. A field without a comment is an error.
func (s *source) comment(t reflect.Type, field string) (string, error) {
	if s.comments == nil {
		s.comments = map[string]map[string]string{}
	}
	if s.comments[t.PkgPath()] == nil {
		found, err := s.read(t.PkgPath())
		if err != nil {
			return "", err
		}
		s.comments[t.PkgPath()] = found
	}
	text := s.comments[t.PkgPath()][t.Name()+"."+field]
	if text == "" {
		return "", fmt.Errorf("%s.%s has no comment that says what %s means", t, field, field)
	}
	return text, nil
}

// read returns the comments of all struct fields of a package, by "Type.Field".
func (s *source) read(pkg string) (map[string]string, error) {
	folder := filepath.Join(s.root, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/")))
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	comments := map[string]string{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if structure, ok := spec.Type.(*ast.StructType); ok {
				collect(comments, spec.Name.Name, structure)
			}
			return false
		})
	}
	return comments, nil
}

func collect(comments map[string]string, name string, structure *ast.StructType) {
	for _, field := range structure.Fields.List {
		group := field.Comment
		if group == nil {
			group = field.Doc
		}
		for _, ident := range field.Names {
			comments[name+"."+ident.Name] = strings.Join(strings.Fields(group.Text()), " ")
		}
	}
}
