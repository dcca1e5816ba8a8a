package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// equalFoldersCmd wants two folders to have the same files with the same bytes, but for
// what a clock wrote: equalfolders DIR DIR.
func equalFoldersCmd(ts *testscript.TestScript, _ bool, args []string) {
	if fault := folderDifference(ts.MkAbs(args[0]), ts.MkAbs(args[1])); fault != "" {
		ts.Fatalf("%s and %s: %s", args[0], args[1], fault)
	}
}

// folderDifference says in what two folders differ, or "".
func folderDifference(a, b string) string {
	left, right := contents(a), contents(b)
	if len(left) < 4 {
		return "hardly any file to compare"
	}
	for name, text := range left {
		other, there := right[name]
		switch {
		case !there:
			return name + " is in the first alone"
		case !bytes.Equal(text, other):
			return name + " differs"
		}
	}
	for name := range right {
		if _, there := left[name]; !there {
			return name + " is in the second alone"
		}
	}
	return ""
}

// contents returns the files of a folder by name, without the times in logs.
func contents(dir string) map[string][]byte {
	all := map[string][]byte{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rest, _ := filepath.Rel(dir, path)
		if d.Name() == "card.md" { // it says when and where a run was trained
			return nil
		}
		text, err := os.ReadFile(path)
		if d.Name() == "log.jsonl" {
			text = clocks.ReplaceAll(text, nil)
		}
		all[rest] = text
		return err
	})
	return all
}
