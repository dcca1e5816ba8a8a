// Package turns reads who speaks when in a recording, and which words, from the files in
// which transcripts are kept: ELAN (.eaf), WebVTT (.vtt), SubRip (.srt), and CSV with the
// columns begin, end, speaker and words.
//
//	talk, err := turns.Read("talk.eaf", turns.Options{})
//	for _, turn := range talk.Turns {
//		fmt.Println(turn.Speaker, turn.Begin, turn.End, turn.Words)
//	}
//
// A transcript has no features, so it is no corpus by itself. Corpus adds features that
// were extracted from its turns, a row a turn. Annotate writes values such as predictions
// back as a tier of an ELAN file.
//
// Start reading at Read.
package turns

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
)

// Talk is the transcript of one recording, which is one dialogue.
type Talk struct {
	Path  string
	Name  string // of the dialogue: the base name of the file
	Turns []Turn // in the order of their begins

	source []byte // of an ELAN file
}

// Turn is what one speaker says at a time: one utterance.
type Turn struct {
	Speaker    string // "" where the file does not say
	Begin, End time.Duration
	Words      string
	Class      string // of the tier that Options name, "" without
	Label      string // likewise a number

	annotation string // its ID in an ELAN file
	tier       string
}

// Options say which tiers of an ELAN file are read.
type Options struct {
	// Tiers are those of the speakers. Without, all tiers whose annotations have times of
	// their own are read, except those of labels.
	Tiers []string
	// Class and Label are tiers with a class or a score for each turn: the ID of a tier, the
	// part of it before an @, or its linguistic type. "" reads none.
	Class, Label string
}

const (
	maxBytes = 64 << 20
	maxTurns = 1 << 20
	maxWords = 1 << 16 // bytes of a turn
)

// readers are the formats by extension.
var readers = map[string]func(t *Talk, text []byte, o Options) error{
	".eaf": readEAF, ".vtt": readVTT, ".srt": readSRT, ".csv": readCSV,
}

// Is reports whether the ending of path is that of a transcript that Read reads.
func Is(path string) bool { return readers[strings.ToLower(filepath.Ext(path))] != nil }

// Read reads the transcript at path, of the format of its ending. Its errors, which have
// hints, are a file that cannot be read, one that is damaged or not UTF-8, times that end
// before they begin, and a file without turns.
func Read(path string, o Options) (*Talk, error) {
	title := dataset.Title(path)
	read := readers[strings.ToLower(filepath.Ext(path))]
	if read == nil {
		return nil, fault.Input("give a file that ends in .eaf, .vtt, .srt or .csv", "%s: the ending names no format of transcripts", title)
	}
	text, err := contents(path)
	if err != nil {
		return nil, fault.Input(fault.Of(err), "%s: %w", title, err)
	}
	base := filepath.Base(path)
	t := &Talk{Path: path, Name: strings.TrimSuffix(base, filepath.Ext(base))}
	if err := read(t, text, o); err != nil {
		return nil, fault.Input(fault.Of(err), "%s: %w", title, err)
	}
	if len(t.Turns) == 0 {
		return nil, fault.Input("a transcript has at least one turn", "%s: no turns", title)
	}
	slices.SortStableFunc(t.Turns, func(a, b Turn) int { return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End)) })
	return t, nil
}

// contents reads a file of text in UTF-8, without its byte order mark.
func contents(path string) ([]byte, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Input("check the path", "no such file")
	case err != nil:
		return nil, fault.Input("check the path and its permissions", "it cannot be opened")
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fault.Input("give the path of a file", "not a file")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	switch {
	case err != nil:
		return nil, fault.Failure("check the disk", "it cannot be read")
	case len(text) > maxBytes:
		return nil, fault.Input("a transcript is a file of text", "more than %d bytes", maxBytes)
	}
	return decoded(text)
}

// add adds a turn after checking it. place says where it stands.
func (t *Talk) add(place string, turn Turn) error {
	switch {
	case len(t.Turns) == maxTurns:
		return fault.Input("split the file", "more than %d turns", maxTurns)
	case len(turn.Words) > maxWords:
		return fault.Input("split the turn", "%s: more than %d bytes of words", place, maxWords)
	case turn.Begin < 0 || turn.End < turn.Begin:
		return fault.Input("a turn ends after it begins", "%s: it ends at %s, before it begins at %s", place, Clock(turn.End), Clock(turn.Begin))
	}
	t.Turns = append(t.Turns, turn)
	return nil
}
