package dataset

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/npz"
)

const (
	hintLengths = "every array has one row per utterance"
	hintVector  = "save one value per utterance: .reshape(-1) does it where all other dimensions are 1"
	hintMatrix  = "features have one row per utterance, one column per channel: .reshape(len(array), -1) makes them so"
)

// conversion is the hint for an array of the wrong type: the conversion that
// NumPy can do, or else what to do instead of it.
func conversion(a *npz.Array, cast, instead string) string {
	switch {
	case a.Kind() == npz.Text:
		return instead
	case strings.HasPrefix(a.DType, "["):
		return "save each field as an array of its own"
	}
	return "save it with " + cast
}

// features reads the array of one modality, [n, D_m] flat; nil where there is
// none. The first one read says how many rows the others must have.
func (r *reader) features(m erc.Modality) ([]float32, error) {
	name := r.fields.Features(m)
	a := r.file.Get(name)
	if a == nil {
		return nil, nil
	}
	if len(a.Shape) != 2 {
		return nil, r.fault(hintMatrix, name,
			"%d dimensions, want 2", len(a.Shape))
	}
	if r.first == "" {
		r.n, r.first = a.Shape[0], name
		if r.n == 0 || r.n > MaxRows {
			return nil, r.fault("a corpus has 1 to 4194304 utterances", name, "%d rows", r.n)
		}
	}
	if err := r.checkLength(name, a); err != nil {
		return nil, err
	}
	if width := a.Shape[1]; width < 1 || width > MaxWidth {
		return nil, r.fault(fmt.Sprintf("features have 1 to 65536 channels; leave the array out if there is no %s", m), name, "width %d", width)
	}
	r.dims[m] = a.Shape[1]
	// Small numbers take more room as float32 than they did in the file.
	if size := 4 * int64(r.n) * int64(r.dims[m]); size > npz.MaxArrayBytes {
		return nil, r.fault("split the corpus", name, "%d bytes as float32, more than %d", size, int64(npz.MaxArrayBytes))
	}
	values, err := a.Floats()
	if err != nil {
		return nil, r.fault(conversion(a, ".astype(np.float32)", "features are numbers: encode the text first"), name, "%v", err)
	}
	return values, nil
}

func (r *reader) checkLength(name string, a *npz.Array) error {
	if a.Shape[0] != r.n {
		return r.fault(hintLengths, name, "%d rows, but %q has %d", a.Shape[0], r.first, r.n)
	}
	return nil
}

// presence decides which modalities each row has, and checks the features of
// those it has.
func (r *reader) presence(features [erc.NumModalities][]float32) ([]erc.Present, error) {
	stored, err := r.present()
	if err != nil {
		return nil, err
	}
	out := make([]erc.Present, r.n)
	for i := range out {
		for _, m := range erc.Modalities {
			if stored != nil && !stored[i].Has(m) {
				continue // whatever is stored there
			}
			if features[m] == nil {
				if stored != nil {
					return nil, r.faultAt("write 0 where a modality is missing", r.fields.Present, i,
						"1 for %s, but the file has no array %q", m, r.fields.Features(m))
				}
				continue
			}
			w := r.dims[m]
			missing, err := r.checkFeatures(m, i, features[m][i*w:(i+1)*w])
			if err != nil {
				return nil, err
			}
			if missing && stored != nil {
				return nil, r.faultAt("write 0 where a modality is missing", r.fields.Present, i,
					"1 for %s, but that row of %q is NaN", m, r.fields.Features(m))
			}
			if !missing {
				out[i] = out[i].With(m)
			}
		}
		if out[i] == erc.None {
			return nil, r.nothingThere(i)
		}
	}
	return out, nil
}

// nothingThere blames a row without any modality on the array that says so.
func (r *reader) nothingThere(row int) error {
	const tip = "leave such utterances out of the file"
	if r.file.Get(r.fields.Present) != nil {
		return r.faultAt(tip, r.fields.Present, row, "no modality at all")
	}
	var others []string
	for _, m := range erc.Modalities {
		if name := r.fields.Features(m); r.dims[m] > 0 && name != r.first {
			others = append(others, strconv.Quote(name))
		}
	}
	switch len(others) {
	case 0:
		return r.faultAt(tip, r.first, row, "no modality at all: it is NaN, and there is no other")
	case 1:
		return r.faultAt(tip, r.first, row, "no modality at all: %s is NaN as well", others[0])
	}
	return r.faultAt(tip, r.first, row, "no modality at all: %s are NaN as well", strings.Join(others, " and "))
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

// checkFeatures reports whether a row is missing. A row is missing as a whole or
// not at all.
func (r *reader) checkFeatures(m erc.Modality, row int, values []float32) (missing bool, err error) {
	name := r.fields.Features(m)
	nan, number := -1, -1 // a channel of each kind
	for channel, v := range values {
		switch x := float64(v); {
		case math.IsNaN(x):
			nan = channel
		case math.IsInf(x, 0):
			return false, r.faultAt("replace it by a number, or the whole row by NaN if it is missing", name, row,
				"channel %d is infinite, or too large for float32", channel)
		default:
			number = channel
		}
	}
	if nan >= 0 && number >= 0 {
		return false, r.faultAt("a missing row is NaN throughout; fill single channels before", name, row,
			"channel %d is NaN, but channel %d is not", nan, number)
	}
	return nan >= 0, nil
}

// vector returns the [n] array of that name, nil where it is not there.
func (r *reader) vector(name string) (*npz.Array, error) {
	a := r.file.Get(name)
	if a == nil {
		return nil, nil
	}
	if len(a.Shape) != 1 {
		return nil, r.fault(hintVector, name, "%d dimensions, want 1", len(a.Shape))
	}
	return a, r.checkLength(name, a)
}

// labels fills in the labels of the task, and says which task it is.
func (r *reader) labels(rows []row, task string) (erc.Task, int, error) {
	for i := range rows {
		rows[i].Label, rows[i].Class = float32(math.NaN()), erc.Unlabelled
	}
	scores, classes := r.file.Get(r.fields.Label) != nil, r.file.Get(r.fields.Class) != nil
	switch {
	case task == erc.NoLabels.String():
		return erc.NoLabels, 0, nil
	case task == erc.Scores.String() && !scores:
		return 0, 0, r.noLabels(r.fields.Label, "label", task)
	case task == erc.Classes.String() && !classes:
		return 0, 0, r.noLabels(r.fields.Class, "class", task)
	case scores && task != erc.Classes.String():
		return r.scores(rows)
	case classes:
		return r.classes(rows)
	}
	return erc.NoLabels, 0, nil
}

func (r *reader) noLabels(array, role, task string) error {
	return r.fault(r.candidates(role)+", or another task with --set data.task=", array,
		"not in the file, and the task %s needs it", task)
}

func (r *reader) scores(rows []row) (erc.Task, int, error) {
	name := r.fields.Label
	a, err := r.vector(name)
	if err != nil {
		return 0, 0, err
	}
	values, err := a.Float64s()
	if err != nil {
		return 0, 0, r.fault(conversion(a, ".astype(np.float32)", "scores are numbers in [-3,3]; for classes, use --set data.class and numbers from 0"), name, "%v", err)
	}
	task := erc.NoLabels
	for i, v := range values {
		if v < -MaxScore || v > MaxScore {
			return 0, 0, r.faultAt("rescale the scores to [-3,3]; NaN marks an utterance without one", name, i,
				"%s is not a score in [%g,%g]", shortest(v), -MaxScore, MaxScore)
		}
		if !math.IsNaN(v) {
			task = erc.Scores
		}
		rows[i].Label = float32(v)
	}
	return task, 0, nil
}

// shortest writes a number with as few digits as it needs, those of a float32 if
// it is one.
func shortest(v float64) string {
	bits := 64
	if float64(float32(v)) == v {
		bits = 32
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

func (r *reader) classes(rows []row) (erc.Task, int, error) {
	values, err := r.integers(r.fields.Class, int64(erc.Unlabelled), MaxClasses-1,
		"number the classes from 0, as np.unique(names, return_inverse=True)[1] does; -1 marks an utterance without one")
	if err != nil {
		return 0, 0, err
	}
	most := erc.Unlabelled
	for i, v := range values {
		rows[i].Class = int32(v)
		most = max(most, int32(v))
	}
	if most == erc.Unlabelled {
		return erc.NoLabels, 0, nil
	}
	return erc.Classes, int(most) + 1, nil
}
