// Package dataset reads and writes corpora of conversations and invents one.
//
//	corpus, err := dataset.Open("mosi.npz", dataset.Fields{Text: "text_unsup"})
//	corpus, err := dataset.Open("synthetic:seed=3", dataset.Fields{})
//
// Every format is a file of this package that registers itself: npz.go is the
// project's own container, synthetic_open.go the invented corpus. A corpus is
// read whole or not at all, and whatever is wrong with it is one line that
// names the file, the array and the row (counted from 0, as NumPy does), with
// a hint.
//
// Start reading at Open, then FromArrays, which holds the rules for what a
// corpus may be. Synthetic explains the invented conversations, and Describe
// sums any corpus up.
package dataset

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/hint"
)

// Opener reads a corpus of one format. The fields have been checked.
type Opener func(path string, fields Fields) (*erc.Corpus, error)

var openers = map[string]Opener{}

// Register adds a format: a file extension with its dot, or the name of a
// corpus that is no file, to be opened as "name" or "name:settings". It is
// called from init; a format that is there already panics.
func Register(format string, open Opener) {
	if openers[format] != nil {
		panic(fmt.Sprintf("dataset: format %q registered twice", format))
	}
	openers[format] = open
}

// Formats lists the registered formats, sorted.
func Formats() []string { return slices.Sorted(maps.Keys(openers)) }

// Open reads the corpus at path, whichever format it has; "-" is a .npz on
// standard input. Errors are hint.Input, and leave no corpus.
func Open(path string, fields Fields) (*erc.Corpus, error) {
	if err := fields.check(); err != nil {
		return nil, err
	}
	format := strings.ToLower(filepath.Ext(path))
	if path == stdin {
		format = ".npz"
	}
	if name, _, _ := strings.Cut(path, ":"); openers[name] != nil && !strings.HasPrefix(name, ".") {
		format = name
	}
	open := openers[format]
	if open == nil {
		return nil, hint.Input("give one of "+strings.Join(Formats(), ", ")+", or - for standard input", "%s: no format %q", title(path), format)
	}
	corpus, err := open(path, fields)
	if err != nil {
		return nil, err
	}
	if err := corpus.Check(); err != nil {
		return nil, hint.Input("mend the file; conversations and utterances are counted from 0", "%s: %w", path, err)
	}
	return corpus, nil
}
