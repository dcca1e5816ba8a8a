package dataset

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/npz"
)

// What the arrays of a corpus may hold. Labels beyond MaxScore are on another
// scale (1 to 5, 1 to 7, 0 to 100) and are refused; classes beyond MaxClasses are
// an array that holds something else.
const (
	MaxScore   = erc.MaxScore
	MaxClasses = erc.MaxClasses
	MaxRows    = erc.MaxUtterances
	MaxWidth   = erc.MaxWidth
)

// stdin is the path that stands for standard input.
const stdin = "-"

func init() { Register(".npz", openNPZ) }

func openNPZ(path string, fields Fields) (*erc.Corpus, error) {
	file, err := ReadArrays(path)
	if err != nil {
		return nil, err
	}
	return fromFile(path, file, fields)
}

// fromFile makes a corpus of the arrays of a file and of the names beside it.
func fromFile(path string, file *npz.File, fields Fields) (*erc.Corpus, error) {
	corpus, err := FromArrays(path, file, fields)
	if err != nil {
		return nil, err
	}
	if path == stdin {
		return corpus, nil
	}
	if err := readNames(path, corpus); err != nil {
		return nil, err
	}
	return corpus, nil
}

// ReadArrays reads the arrays of a .npz, from standard input if the path is "-".
func ReadArrays(path string) (*npz.File, error) {
	if path == stdin {
		return npz.ReadStream(title(path), os.Stdin)
	}
	return npz.ReadFile(path)
}

// title returns what messages call a file.
func title(path string) string {
	if path == stdin {
		return "standard input"
	}
	return npz.Shown(path)
}

// FromArrays makes a corpus of the arrays of a file, which is called path in
// messages and is not changed. The rules:
//
//   - dialogue and turn must be there, and at least one of text, audio and
//     visual. A modality without an array is missing throughout and 0 wide. Rows
//     come in any order, and (dialogue, turn) puts them in order.
//   - A modality is missing where its row is NaN throughout or where present is
//     0. What is stored under a 0 is ignored; a 1 on a NaN row is an error.
//   - Dialogues and speakers may be text. They are then numbered in the order in
//     which they first appear in the file, and the corpus keeps the names.
//   - Only the labels of the task are read. A corpus with no label at all has
//     the task erc.NoLabels.
//   - Without split, or with the task "none", every conversation is a test
//     conversation: the input of a prediction. Without speaker there is one.
//   - An array without a part may hold anything.
//
// The corpus is named after path, and its conversations by their numbers or names.
func FromArrays(path string, file *npz.File, fields Fields) (*erc.Corpus, error) {
	if err := fields.check(); err != nil {
		return nil, err
	}
	r := &reader{path: title(path), file: file, fields: fields.Resolved()}
	if err := r.checkNames(fields); err != nil {
		return nil, err
	}
	rows, err := r.rows()
	if err != nil {
		return nil, err
	}
	corpus := &erc.Corpus{Name: baseName(title(path)), Dims: r.dims, Hash: file.Hash, Dialogues: r.dialogues, Speakers: r.speakers}
	if corpus.Task, corpus.NumClasses, err = r.labels(rows, fields.Task); err != nil {
		return nil, err
	}
	if corpus.Conversations, err = r.group(rows); err != nil {
		return nil, err
	}
	return corpus, nil
}

// reader turns the arrays of one file into rows, column by column.
type reader struct {
	path   string
	file   *npz.File
	fields Fields // resolved
	n      int    // rows, as the array first has them
	first  string
	dims   [erc.NumModalities]int

	dialogues, speakers []string // names by number; nil where the file has numbers
}

// row is an utterance and what says where it belongs.
type row struct {
	erc.Utterance
	dialogue int32
	split    erc.Split
}

// fault is an error in an array as a whole.
func (r *reader) fault(tip, array, format string, args ...any) error {
	return hint.Input(tip, "%s: array %q: %s", r.path, array, fmt.Sprintf(format, args...))
}

// faultAt is an error in one row of an array.
func (r *reader) faultAt(tip, array string, row int, format string, args ...any) error {
	return hint.Input(tip, "%s: array %q, row %d: %s", r.path, array, row, fmt.Sprintf(format, args...))
}

// unreadable is what an npz.Array says of its elements: of one of them, which
// is in a row of that many, or of all.
func (r *reader) unreadable(tip, wrongType, array string, width int, err error) error {
	var element *npz.ElementError
	if errors.As(err, &element) {
		return r.faultAt(tip, array, element.Index/width, "%s", element.Text)
	}
	return r.fault(wrongType, array, "%v", err)
}

// checkNames refuses a file without a required array, or without one that was
// asked for by name.
func (r *reader) checkNames(asked Fields) error {
	wanted, modalities := asked.parts(), 0
	for i, p := range r.fields.parts() {
		there := r.file.Get(*p.name) != nil
		if there && i < erc.NumModalities {
			modalities++
		}
		if !there && *wanted[i].name != "" {
			tip := r.candidates(p.role)
			if i < erc.NumModalities && r.file.Get(p.role) == nil {
				tip += fmt.Sprintf("; if there is no %s, --set data.%s=", p.role, p.role)
			}
			return r.fault(tip, *p.name, "not in the file")
		}
	}
	if modalities == 0 {
		return r.fault(r.candidates(erc.Text.String(), erc.Audio.String(), erc.Visual.String()), r.fields.Text,
			"not in the file, nor is %q or %q", r.fields.Audio, r.fields.Visual)
	}
	for _, p := range r.fields.parts() {
		if (p.role == "dialogue" || p.role == "turn") && r.file.Get(*p.name) == nil {
			return r.fault(r.candidates(p.role), *p.name, "not in the file")
		}
	}
	return nil
}

// candidates is the hint that says which arrays could play a part that nothing
// plays.
func (r *reader) candidates(roles ...string) string {
	if len(r.file.Names()) == 0 {
		return "the file has no arrays: write them with np.savez(file, text=text, dialogue=dialogue, turn=turn, …)"
	}
	var settings []string
	infos := Arrays(r.file, r.fields)
	for _, role := range roles {
		for i := range infos {
			if infos[i].could(role) {
				settings = append(settings, infos[i].setting(role))
			}
		}
	}
	const most = 6
	switch {
	case len(settings) == 0:
		return fmt.Sprintf("no array of the file can be %s (see gsdnet data describe); add one", strings.Join(roles, ", "))
	case len(settings) > most:
		return fmt.Sprintf("choose with %s, or one of %d others (see gsdnet data describe)", strings.Join(settings[:most], ", "), len(settings)-most)
	}
	return "choose with " + strings.Join(settings, " or ")
}

// rows reads everything but the labels.
func (r *reader) rows() ([]row, error) {
	var features [erc.NumModalities][]float32
	for _, m := range erc.Modalities {
		var err error
		if features[m], err = r.features(m); err != nil {
			return nil, err
		}
	}
	present, err := r.presence(features)
	if err != nil {
		return nil, err
	}
	out := make([]row, r.n)
	for i := range out {
		out[i].Row, out[i].Present = i, present[i]
		for _, m := range erc.Modalities {
			if present[i].Has(m) {
				w := r.dims[m]
				out[i].Features[m] = features[m][i*w : (i+1)*w : (i+1)*w]
			}
		}
	}
	return out, r.positions(out)
}
