// Command same compares what two revisions of the program wrote, file by file:
//
//	go run ./bench/same BEFORE AFTER    compare two folders
//	go run ./bench/same -make DIR       write the conversations that both are given
//
// bench/same.sh runs both revisions and calls it. Files are equal byte for byte but
// for the seconds that a run took (log.jsonl, cost.json, the report's tables of costs),
// for sections of the report and whole files that only the later revision writes, which
// are listed as new. Of checkpoints the tensors and every entry of the metadata are compared, the
// settings by the keys that both revisions have.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "same:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: same BEFORE AFTER, or same -make DIR")
	}
	if args[0] == "-make" {
		return makeFiles(args[1])
	}
	before, err := files(args[0])
	if err != nil {
		return err
	}
	after, err := files(args[1])
	if err != nil {
		return err
	}
	different := 0
	for _, name := range after {
		if !slices.Contains(before, name) {
			fmt.Println("new:", name)
		}
	}
	for _, name := range before {
		if fault := compare(name, args[0], args[1]); fault != nil {
			fmt.Printf("%s: %v\n", name, fault)
			different++
		}
	}
	if different > 0 {
		return fmt.Errorf("%d of %d files differ", different, len(before))
	}
	fmt.Printf("%d files are the same\n", len(before))
	return nil
}

// files lists the files below a folder, sorted.
func files(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out = append(out, name)
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no files", dir)
	}
	return out, err
}

// compare says how a file differs, or nil.
func compare(name, before, after string) error {
	a, err := os.ReadFile(filepath.Join(before, name))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(after, name))
	if err != nil {
		return err
	}
	reduce, ok := reducers[kind(name)]
	if !ok {
		reduce = func(data []byte) ([]byte, error) { return data, nil }
	}
	if kind(name) == "config.toml" || kind(name) == ".safetensors" {
		return compareSettings(kind(name), a, b)
	}
	if a, err = reduce(a); err != nil {
		return err
	}
	if b, err = reduce(b); err != nil {
		return err
	}
	switch filepath.Base(name) {
	case "report.md":
		b = withoutNewSections(a, b)
	case "report.txt":
		b = withoutNewLines(a, b)
	}
	if !bytes.Equal(a, b) {
		return firstDifference(a, b)
	}
	return nil
}

// firstDifference names the first line that differs.
func firstDifference(a, b []byte) error {
	was, is := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(was), len(is)) {
		if !bytes.Equal(was[i], is[i]) {
			return fmt.Errorf("line %d: %.120q became %.120q", i+1, was[i], is[i])
		}
	}
	return fmt.Errorf("%d lines became %d", len(was), len(is))
}
