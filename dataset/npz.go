package dataset

import (
	"fmt"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/npz"
)

// What the arrays of a corpus may hold.
const (
	// MaxScore bounds a label. Scores live in [-3,3]; the rest is for labels
	// centred by rater, which reach a little beyond. Any other common scale
	// (1 to 5, 1 to 7, 0 to 100) does not fit and is refused.
	MaxScore = 3.5
	// MaxClasses bounds the number of classes; a larger number is an array that
	// holds something else.
	MaxClasses = 1000
	// MaxRows bounds the utterances.
	MaxRows = 1 << 22
	// MaxWidth bounds the features of one modality.
	MaxWidth = 1 << 16
)

func init() { Register(".npz", openNPZ) }

func openNPZ(path string, fields Fields) (*erc.Corpus, error) {
	file, err := npz.ReadFile(path)
	if err != nil {
		return nil, err
	}
	corpus, err := FromArrays(path, file, fields)
	if err != nil {
		return nil, err
	}
	if err := readNames(path, corpus); err != nil {
		return nil, err
	}
	return corpus, nil
}

// FromArrays makes a corpus of the arrays of a file, which is called path in
// messages and is not changed. The rules:
//
//   - text, audio, visual, dialogue and turn must be there; rows come in any
//     order, and (dialogue, turn) puts them in order.
//   - A modality is missing where its row is NaN throughout or where present is
//     0. What is stored under a 0 is ignored; a 1 on a NaN row is an error.
//   - Only the labels of the task are read. A corpus with no label at all has
//     the task erc.NoLabels.
//   - Without split every conversation is a test conversation: the input of a
//     prediction. Without speaker there is one.
//
// The corpus is named after path, and its conversations by their numbers.
func FromArrays(path string, file *npz.File, fields Fields) (*erc.Corpus, error) {
	if err := fields.check(); err != nil {
		return nil, err
	}
	r := &reader{path: path, file: file, fields: fields.Resolved()}
	if err := r.checkNames(fields); err != nil {
		return nil, err
	}
	rows, err := r.rows()
	if err != nil {
		return nil, err
	}
	corpus := &erc.Corpus{Name: baseName(path), Dims: r.dims, Hash: file.Hash}
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
	n      int    // rows, as text has them
	dims   [erc.NumModalities]int
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

// checkNames refuses a file without a required array, or without one that was
// asked for by name.
func (r *reader) checkNames(asked Fields) error {
	wanted := asked.parts()
	for i, p := range r.fields.parts() {
		explicit := *wanted[i].name != ""
		if r.file.Get(*p.name) != nil || !explicit && !p.required {
			continue
		}
		tip := fmt.Sprintf("the file has %s; set [data] %s to one of them", strings.Join(r.file.Names(), ", "), p.role)
		if len(r.file.Names()) == 0 {
			tip = "the file has no arrays at all"
		}
		return r.fault(tip, *p.name, "not in the file")
	}
	return nil
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
