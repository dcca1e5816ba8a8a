package dataset

import (
	"fmt"
	"math"

	"gsdnet/erc"
	"gsdnet/internal/npz"
)

const hintLengths = "every array has one row per utterance"

// features reads the array of one modality, [n, D_m] flat. The first one read
// says how many rows the others must have.
func (r *reader) features(m erc.Modality) ([]float32, error) {
	name := r.fields.Features(m)
	a := r.file.Get(name)
	if len(a.Shape) != 2 {
		return nil, r.fault("features have one row per utterance, one column per channel", name,
			"%d dimensions, want 2", len(a.Shape))
	}
	if m == erc.Text {
		r.n = a.Shape[0]
		if r.n == 0 || r.n > MaxRows {
			return nil, r.fault("a corpus has 1 to 4194304 utterances", name, "%d rows", r.n)
		}
	}
	if err := r.checkLength(name, a); err != nil {
		return nil, err
	}
	if width := a.Shape[1]; width < 1 || width > MaxWidth {
		return nil, r.fault("features have 1 to 65536 channels", name, "width %d", width)
	}
	r.dims[m] = a.Shape[1]
	// Small numbers take more room as float32 than they did in the file.
	if size := 4 * int64(r.n) * int64(r.dims[m]); size > npz.MaxArrayBytes {
		return nil, r.fault("split the corpus", name, "%d bytes as float32, more than %d", size, int64(npz.MaxArrayBytes))
	}
	values, err := a.Floats()
	if err != nil {
		return nil, r.fault("save it with .astype(np.float32)", name, "%v", err)
	}
	return values, nil
}

func (r *reader) checkLength(name string, a *npz.Array) error {
	if a.Shape[0] != r.n {
		return r.fault(hintLengths, name, "%d rows, but %q has %d", a.Shape[0], r.fields.Text, r.n)
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
	return r.faultAt(tip, r.fields.Text, row, "no modality at all: %q and %q are NaN as well", r.fields.Audio, r.fields.Visual)
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
		return nil, r.fault("save it with .astype(np.uint8)", name, "%v", err)
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
		return nil, r.fault(hintLengths, name, "%d dimensions, want 1", len(a.Shape))
	}
	return a, r.checkLength(name, a)
}

// integers reads an [n] array of integers in [low, high]; nil where an optional
// one is not there.
func (r *reader) integers(name string, low, high int64, tip string) ([]int64, error) {
	a, err := r.vector(name)
	if a == nil || err != nil {
		return nil, err
	}
	values, err := a.Ints()
	if err != nil {
		return nil, r.fault("save it with .astype(np.int32)", name, "%v", err)
	}
	for i, v := range values {
		if v < low || v > high {
			return nil, r.faultAt(tip, name, i, "%d is not in %d to %d", v, low, high)
		}
	}
	return values, nil
}

// positions fills in dialogue, turn, speaker and split.
func (r *reader) positions(rows []row) error {
	for _, column := range []struct {
		name string
		low  int64
		high int64
		tip  string
		set  func(u *row, v int64)
	}{
		{r.fields.Dialogue, 0, math.MaxInt32, "number the dialogues from 0", func(u *row, v int64) { u.dialogue = int32(v) }},
		{r.fields.Turn, math.MinInt32, math.MaxInt32, "number the turns within each dialogue", func(u *row, v int64) { u.Turn = int(v) }},
		{r.fields.Speaker, 0, math.MaxInt32, "number the speakers within each dialogue from 0", func(u *row, v int64) { u.Speaker = erc.Speaker(v) }},
		{r.fields.Split, 0, 2, "0 is train, 1 valid, 2 test", func(u *row, v int64) { u.split = erc.Split(v) }},
	} {
		values, err := r.integers(column.name, column.low, column.high, column.tip)
		if err != nil {
			return err
		}
		for i, v := range values {
			column.set(&rows[i], v)
		}
	}
	if r.file.Get(r.fields.Split) == nil {
		for i := range rows {
			rows[i].split = erc.Test
		}
	}
	return nil
}

// labels fills in the labels of the task, and says which task it is.
func (r *reader) labels(rows []row, task string) (erc.Task, int, error) {
	for i := range rows {
		rows[i].Label, rows[i].Class = float32(math.NaN()), erc.Unlabelled
	}
	scores, classes := r.file.Get(r.fields.Label) != nil, r.file.Get(r.fields.Class) != nil
	switch {
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
	return r.fault(fmt.Sprintf("set [data] %s to the array that holds them, or another task", role), array,
		"not in the file, and the task %s needs it", task)
}

func (r *reader) scores(rows []row) (erc.Task, int, error) {
	name := r.fields.Label
	a, err := r.vector(name)
	if err != nil {
		return 0, 0, err
	}
	values, err := a.Floats()
	if err != nil {
		return 0, 0, r.fault("save it with .astype(np.float32)", name, "%v", err)
	}
	task := erc.NoLabels
	for i, v := range values {
		if v < -MaxScore || v > MaxScore {
			return 0, 0, r.faultAt("rescale the scores; NaN marks an utterance without one", name, i, "%g is not a score in [-3,3]", v)
		}
		if !math.IsNaN(float64(v)) {
			task = erc.Scores
		}
		rows[i].Label = v
	}
	return task, 0, nil
}

func (r *reader) classes(rows []row) (erc.Task, int, error) {
	values, err := r.integers(r.fields.Class, int64(erc.Unlabelled), MaxClasses-1,
		"number the classes from 0; -1 marks an utterance without one")
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
