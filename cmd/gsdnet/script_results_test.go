package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nlpodyssey/safetensors"
	"github.com/rogpeppe/go-internal/testscript"

	"gsdnet/internal/npz"
)

func init() {
	// A training conversation is moved to the test split.
	faults["moved"] = func(f *npz.File) { editSplit(f, 0, 2) }
	// Only a test split is left, with the test conversation that there was.
	faults["test-only"] = func(f *npz.File) { *f = *tail(f, 6) }
	faults["relabelled"] = func(f *npz.File) { setFloat(f, "label", 20, 1.25) }
	faults["regarded"] = func(f *npz.File) { setFloat(f, "text", 20, 1.25) } // another feature
	faults["further"] = func(f *npz.File) { f.Set("notes", npz.From(make([]float32, 24))) }
}

// editSplit moves the first conversation of a split to another.
func editSplit(f *npz.File, from, to int64) {
	splits, _ := f.Get("split").Ints()
	dialogues, _ := f.Get("dialogue").Ints()
	first := dialogues[slices.Index(splits, from)]
	for i := range splits {
		if dialogues[i] == first {
			edit(f, "split", i, to)
		}
	}
}

// tail keeps the last n rows of every array.
func tail(f *npz.File, n int) *npz.File {
	out := &npz.File{}
	for _, name := range []string{"text", "audio", "visual", "label", "dialogue", "turn"} {
		a := f.Get(name)
		shape := slices.Clone(a.Shape)
		shape[0] = n
		if ints, err := a.Ints(); err == nil {
			out.Set(name, npz.From(ints[len(ints)-n:]))
			continue
		}
		values, _ := a.Floats()
		width := len(values) / a.Shape[0]
		out.Set(name, npz.From(values[len(values)-n*width:], shape...))
	}
	return out
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// snakeCmd wants JSON, or lines of it, whose names are snake_case: snake FILE, or
// snake stdout.
func snakeCmd(ts *testscript.TestScript, _ bool, args []string) {
	decoder, n := json.NewDecoder(bytes.NewReader([]byte(ts.ReadFile(args[0])))), 0
	for ; ; n++ {
		var tree any
		err := decoder.Decode(&tree)
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		if name := unsnaked(tree); name != "" {
			ts.Fatalf("%s: the name %q is not snake_case", args[0], name)
		}
	}
	if n == 0 {
		ts.Fatalf("%s: no JSON", args[0])
	}
}

// unsnaked returns a name within a value that is not snake_case.
func unsnaked(tree any) string {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			if name := unsnaked(item); name != "" {
				return name
			}
		}
	case map[string]any:
		for name, item := range tree {
			if !snake.MatchString(name) {
				return name
			}
			if name := unsnaked(item); name != "" {
				return name
			}
		}
	}
	return ""
}

// narrowCmd wants the tables of a file to fit 100 columns: narrow FILE, or narrow
// stdout.
func narrowCmd(ts *testscript.TestScript, _ bool, args []string) {
	for i, line := range strings.Split(ts.ReadFile(args[0]), "\n") {
		if n := utf8.RuneCountInString(line); strings.HasPrefix(line, "|") && n > 100 {
			ts.Fatalf("%s:%d: %d columns: %s", args[0], i+1, n, line)
		}
	}
}

// metaCmd writes the metadata of a checkpoint: meta CHECKPOINT FILE.
func metaCmd(ts *testscript.TestScript, _ bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	_, header, err := safetensors.ReadMetadata(data)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(header.Metadata()["gsdnet"]), 0o600))
}
