package npz

import (
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	archive "gsdnet/internal/npz"
)

const (
	hintLengths = "every array has one row per utterance"
	hintVector  = "save one value per utterance: .reshape(-1) does it where all other dimensions are 1"
	hintMatrix  = "features have one row per utterance, one column per channel: .reshape(len(array), -1) makes them so"
)

// conversion is the hint for an array of the wrong type: the conversion that
// NumPy can do, or else what to do instead of it.
func conversion(a *archive.Array, cast, instead string) string {
	switch {
	case a.Kind() == archive.Text:
		return instead
	case strings.HasPrefix(a.DType, "["):
		return "save each field as an array of its own"
	}
	return "save it with " + cast
}

// features reads the array of one modality; nil where there is none. The first
// one read says how many rows the others must have.
func (r *reader) features(m erc.Modality) (*dataset.Matrix, error) {
	name := r.fields.Features(m)
	a := r.file.Get(name)
	if a == nil {
		return nil, nil
	}
	if len(a.Shape) != 2 {
		return nil, r.fault(hintMatrix, name, "%d dimensions, want 2", len(a.Shape))
	}
	if r.first == "" {
		r.n, r.first = a.Shape[0], name
		if r.n == 0 || r.n > dataset.MaxRows { // before the others are compared with it
			return nil, r.fault("a corpus has 1 to 4194304 utterances", name, "%d rows", r.n)
		}
	}
	if err := r.checkLength(name, a); err != nil {
		return nil, err
	}
	// Small numbers take more room as float32 than they did in the file.
	if size := 4 * int64(a.Len()); size > archive.MaxArrayBytes {
		return nil, r.fault("split the corpus", name, "%d bytes as float32, more than %d", size, int64(archive.MaxArrayBytes))
	}
	values, err := a.Floats()
	if err != nil {
		return nil, r.fault(conversion(a, ".astype(np.float32)", "features are numbers: encode the text first"), name, "%v", err)
	}
	return &dataset.Matrix{Width: a.Shape[1], Values: values}, nil
}

func (r *reader) checkLength(name string, a *archive.Array) error {
	if a.Shape[0] != r.n {
		return r.fault(hintLengths, name, "%d rows, but %q has %d", a.Shape[0], r.first, r.n)
	}
	return nil
}

// present reads the optional array of that name, nil without it.
func (r *reader) present() ([]erc.Present, error) {
	name := r.fields.Present
	a := r.file.Get(name)
	if a == nil {
		return nil, nil
	}
	const tip = "present has a 0 or 1 for text, audio and visual of every utterance"
	if len(a.Shape) != 2 || a.Shape[1] != erc.NumModalities {
		return nil, r.fault(tip, name, "shape %v, want [%d 3]", a.Shape, r.n)
	}
	if err := r.checkLength(name, a); err != nil {
		return nil, err
	}
	values, err := a.Ints()
	if err != nil {
		return nil, r.unreadable(tip, conversion(a, ".astype(np.uint8)", tip), name, erc.NumModalities, err)
	}
	out := make([]erc.Present, r.n)
	for i, v := range values {
		at, m := i/erc.NumModalities, erc.Modality(i%erc.NumModalities)
		switch v {
		case 0:
		case 1:
			out[at] = out[at].With(m)
		default:
			return nil, r.faultAt(tip, name, at, "%d for %s", v, m)
		}
	}
	return out, nil
}

// vector returns the [n] array of that name, nil where it is not there.
func (r *reader) vector(name string) (*archive.Array, error) {
	a := r.file.Get(name)
	if a == nil {
		return nil, nil
	}
	if len(a.Shape) != 1 {
		return nil, r.fault(hintVector, name, "%d dimensions, want 1", len(a.Shape))
	}
	return a, r.checkLength(name, a)
}

// labels reads the labels of the task.
func (r *reader) labels(t *dataset.Table) (err error) {
	label, class := r.file.Get(r.fields.Label) != nil, r.file.Get(r.fields.Class) != nil
	switch r.fields.Labels(label, class) {
	case "label":
		t.Label, err = r.scores()
	case "class":
		t.Class, err = r.integers(r.fields.Class,
			"number the classes from 0, as np.unique(names, return_inverse=True)[1] does; -1 marks an utterance without one")
	default:
		switch r.fields.Task {
		case erc.Scores.String():
			return r.noLabels(r.fields.Label, "label")
		case erc.Classes.String():
			return r.noLabels(r.fields.Class, "class")
		}
	}
	return err
}

func (r *reader) noLabels(array, role string) error {
	return r.fault(r.candidates(role)+", or another task with --set data.task=", array,
		"not in the file, and the task %s needs it", r.fields.Task)
}

func (r *reader) scores() ([]float64, error) {
	name := r.fields.Label
	a, err := r.vector(name)
	if err != nil {
		return nil, err
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, r.fault(conversion(a, ".astype(np.float32)", "scores are numbers in [-3,3]; for classes, use --set data.class and numbers from 0"), name, "%v", err)
	}
	return values, nil
}
