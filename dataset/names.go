package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"gsdnet/erc"
	"gsdnet/internal/hint"
)

// MaxNamesBytes bounds the JSON beside a corpus. A larger one holds something
// other than names, and is left alone.
const MaxNamesBytes = 16 << 20

// baseName is the name of a corpus that has no other.
func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// readNames takes the names of the corpus and of its conversations from the JSON
// beside it, as
//
//	{"name": "mosi", "dialogues": ["03bSnISJMiM", "0h-zjBukYpk"]}
//
// where dialogue 0 has the first name. Other keys are ignored, and so is the
// absence of the file.
func readNames(path string, corpus *erc.Corpus) error {
	path = strings.TrimSuffix(path, filepath.Ext(path)) + ".json"
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return hint.Input("check its permissions, or move it away", "%s: it cannot be opened, but may hold the names of this corpus", path)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxNamesBytes+1))
	if err != nil {
		return hint.Input("check the file, or move it away", "%s: it cannot be read", path)
	}
	if len(text) > MaxNamesBytes {
		return nil
	}
	var names struct {
		Name      string   `json:"name"`
		Dialogues []string `json:"dialogues"`
	}
	if err := json.Unmarshal(text, &names); err != nil {
		return hint.Input(`it may hold "name" and "dialogues", a list of names; mend it or move it away`, "%s: %s", path, jsonFault(err))
	}
	if name := printable(names.Name); name != "" {
		corpus.Name = name
	}
	if corpus.Dialogues != nil {
		return nil // the file itself has names
	}
	for i := range corpus.Conversations {
		conv := &corpus.Conversations[i]
		if int(conv.ID) < len(names.Dialogues) {
			if name := printable(names.Dialogues[conv.ID]); name != "" {
				conv.Name = name
			}
		}
	}
	return nil
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

// printable drops what could upset a terminal or a table.
func printable(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
}
