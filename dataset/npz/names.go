package npz

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// MaxNamesBytes bounds the JSON beside a corpus. A larger one holds something
// other than names, and is left alone.
const MaxNamesBytes = 16 << 20

// NamesFile returns the path of the JSON beside a .npz.
func NamesFile(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".json" }

// readNames takes the names of the corpus and of its parts from the JSON beside
// it, as
//
//	{"name": "mosi", "dialogues": ["03bSnISJMiM", "0h-zjBukYpk"], "classes": ["sad", "happy"],
//	 "audio_names": ["pitch", "energy"]}
//
// where dialogue 0 has the first name. Other keys are ignored, and so is the
// absence of the file. Classes and names of features that are no lists of the
// right length are ignored too, since such keys may hold something else.
func readNames(path string, t *dataset.Table) error {
	path = NamesFile(path)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Input("check its permissions, or move it away", "%s: it cannot be opened, but may hold the names of this corpus", path)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxNamesBytes+1))
	if err != nil {
		return fault.Input("check the file, or move it away", "%s: it cannot be read", path)
	}
	if len(text) > MaxNamesBytes {
		return nil
	}
	var beside struct {
		Name      string          `json:"name"`
		Dialogues []string        `json:"dialogues"`
		Classes   json.RawMessage `json:"classes"`
		Text      json.RawMessage `json:"text_names"`
		Audio     json.RawMessage `json:"audio_names"`
		Visual    json.RawMessage `json:"visual_names"`
	}
	if err := json.Unmarshal(text, &beside); err != nil {
		return fault.Input(`it may hold "name" and "dialogues", a list of names; mend it or move it away`, "%s: %s", path, jsonFault(err))
	}
	t.Name = beside.Name
	t.Titles = beside.Dialogues
	t.Classes = classNames(beside.Classes, t)
	for m, raw := range []json.RawMessage{beside.Text, beside.Audio, beside.Visual} {
		if x := t.Features[m]; x != nil {
			if list := listOf(raw); len(list) == x.Width {
				x.Names = list
			}
		}
	}
	return nil
}

// classNames returns the names of the classes, nil where there are fewer than the
// table has classes.
func classNames(raw json.RawMessage, t *dataset.Table) []string {
	list := listOf(raw)
	if len(list) > dataset.MaxClasses {
		return nil
	}
	for _, class := range t.Class {
		if class >= int64(len(list)) {
			return nil
		}
	}
	return list
}

// listOf returns a list of names, nil of anything else.
func listOf(raw json.RawMessage) []string {
	var list []string
	if len(raw) == 0 || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// jsonFault says what is wrong with the names in words of this package.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	case errors.As(err, &wrong) && strings.HasPrefix(wrong.Field, "dialogues"):
		return `"dialogues" is not a list of names`
	case errors.As(err, &wrong) && wrong.Field == "name":
		return `"name" is not a text`
	}
	return "it does not hold an object with names"
}

// names is what the JSON beside a .npz holds.
type names struct {
	Name      string   `json:"name"`
	Classes   []string `json:"classes,omitempty"`
	Dialogues []string `json:"dialogues,omitempty"`
	Speakers  []string `json:"speakers,omitempty"`
	Text      []string `json:"text_names,omitempty"`
	Audio     []string `json:"audio_names,omitempty"`
	Visual    []string `json:"visual_names,omitempty"`
}

// WriteNames writes the names of a table to the JSON beside a .npz, for tables and
// pages, and for the next reading. A failure leaves the file as it was.
func WriteNames(path string, t *dataset.Table) error {
	n := names{Name: t.Name, Classes: t.Classes, Dialogues: t.Titles, Speakers: t.Speakers}
	if t.Dialogues != nil {
		n.Dialogues = t.Dialogues
	}
	for m, list := range []*[]string{&n.Text, &n.Audio, &n.Visual} {
		if x := t.Features[m]; x != nil {
			*list = x.Names
		}
	}
	text, err := json.MarshalIndent(n, "", " ")
	if err != nil {
		return fault.Failure("this is a fault of whatever made the corpus", "%s: %w", path, err)
	}
	return atomicfile.Write(NamesFile(path), append(text, '\n'))
}
