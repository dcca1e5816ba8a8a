package dataset

import (
	"math"

	"gsdnet/erc"
	"gsdnet/internal/npz"
)

// integers reads an [n] array of whole numbers in [low, high]; nil where an
// optional one is not there.
func (r *reader) integers(name string, low, high int64, tip string) ([]int64, error) {
	a, err := r.vector(name)
	if a == nil || err != nil {
		return nil, err
	}
	values, err := a.Ints()
	if err != nil {
		return nil, r.unreadable(tip, conversion(a, ".astype(np.int32)", tip), name, 1, err)
	}
	for i, v := range values {
		if v < low || v > high {
			return nil, r.faultAt(tip, name, i, "%d is not in %d to %d", v, low, high)
		}
	}
	return values, nil
}

// identities reads an [n] array of numbers from 0, or of names. Names are
// numbered in the order in which they first appear.
func (r *reader) identities(name, tip string) (numbers []int64, names []string, err error) {
	a, err := r.vector(name)
	if a == nil || err != nil {
		return nil, nil, err
	}
	if a.Kind() == npz.Other {
		return nil, nil, r.fault(conversion(a, ".astype(str), or .astype(np.int32)", ""), name, "holds %s, want whole numbers or text", a.Type())
	}
	if a.Kind() != npz.Text {
		numbers, err = r.integers(name, 0, math.MaxInt32, tip)
		return numbers, nil, err
	}
	texts, err := a.Strings()
	if err != nil {
		return nil, nil, r.unreadable("save it with .astype(str)", "", name, 1, err)
	}
	seen := map[string]int64{}
	numbers = make([]int64, len(texts))
	for i, text := range texts {
		number, known := seen[text]
		if !known {
			number = int64(len(names))
			seen[text] = number
			names = append(names, text)
		}
		numbers[i] = number
	}
	return numbers, names, nil
}

// positions fills in dialogue, turn, speaker and split.
func (r *reader) positions(rows []row) error {
	dialogues, names, err := r.identities(r.fields.Dialogue, "number the dialogues from 0, or save their names with .astype(str)")
	if err != nil {
		return err
	}
	turns, err := r.integers(r.fields.Turn, math.MinInt32, math.MaxInt32, "number the turns within each dialogue")
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].dialogue, rows[i].Turn = int32(dialogues[i]), int(turns[i])
		if names != nil && names[dialogues[i]] == "" {
			return r.faultAt("give every dialogue a name", r.fields.Dialogue, i, "the name is empty")
		}
	}
	r.dialogues = names
	speakers, names, err := r.identities(r.fields.Speaker, "number the speakers from 0, or save their names with .astype(str)")
	if err != nil {
		return err
	}
	for i, v := range speakers {
		rows[i].Speaker = erc.Speaker(v)
	}
	r.speakers = names
	return r.splits(rows)
}

// splits fills in the split, which is test where the file or the task has none.
func (r *reader) splits(rows []row) error {
	for i := range rows {
		rows[i].split = erc.Test
	}
	if r.fields.Task == erc.NoLabels.String() {
		return nil
	}
	const tip = "0 is train, 1 valid, 2 test; these words will do too"
	name := r.fields.Split
	if a := r.file.Get(name); a == nil || a.Kind() != npz.Text {
		values, err := r.integers(name, 0, int64(erc.Test), tip)
		for i, v := range values {
			rows[i].split = erc.Split(v)
		}
		return err
	}
	a, err := r.vector(name)
	if err != nil {
		return err
	}
	words, err := a.Strings()
	if err != nil {
		return r.unreadable(tip, "", name, 1, err)
	}
	for i, word := range words {
		split, known := splitOf(word)
		if !known {
			return r.faultAt(tip, name, i, "%q is not train, valid or test", word)
		}
		rows[i].split = split
	}
	return nil
}

// splitOf returns the split of a name.
func splitOf(word string) (erc.Split, bool) {
	for _, s := range erc.Splits {
		if word == s.String() {
			return s, true
		}
	}
	return 0, false
}
