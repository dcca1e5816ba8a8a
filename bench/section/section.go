// Package section finds and replaces a named section of a page that a command writes. It
// stands between the comments <!-- name --> and <!-- end of name -->.
//
//	err := section.Write("docs/benchmarks.md", "serving", "\n## Serving\n\n…\n")
package section

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"gsdnet/internal/atomicfile"
)

// marks returns the lines between which a section stands.
func marks(name string) (begin, end []byte) {
	return []byte("<!-- " + name + " -->\n"), []byte("<!-- end of " + name + " -->\n")
}

// find returns where the section begins and ends in a page, marks included; from is -1 if
// there is none. It is an error if the section does not end.
func find(text []byte, name string) (from, to int, err error) {
	begin, end := marks(name)
	if from = bytes.Index(text, begin); from < 0 {
		return -1, -1, nil
	}
	length := bytes.Index(text[from:], end)
	if length < 0 {
		return 0, 0, fmt.Errorf("the section %q does not end", name)
	}
	return from, from + length + len(end), nil
}

// Read returns a section with its marks; nil if the page or the section does not exist.
func Read(page, name string) ([]byte, error) {
	text, err := os.ReadFile(page)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	from, to, err := find(text, name)
	if err != nil || from < 0 {
		return nil, err
	}
	return text[from:to], nil
}

// Write puts a section into a page: in the place of the one of its name, or at the end.
// Without a page it prints the section.
func Write(page, name, body string) error {
	begin, end := marks(name)
	written := slices.Concat(begin, []byte(body), end)
	if page == "" {
		_, err := os.Stdout.Write(written)
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	from, to, err := find(text, name)
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	before, after := append(text, '\n'), []byte(nil)
	if from >= 0 {
		before, after = text[:from:from], text[to:]
	}
	return atomicfile.Write(page, slices.Concat(before, written, after))
}
