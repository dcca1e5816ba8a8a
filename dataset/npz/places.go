package npz

import (
	"gsdnet/dataset"
	"gsdnet/erc"
	archive "gsdnet/internal/npz"
)

// integers reads an [n] array of whole numbers; nil where an optional one is not
// there.
func (r *reader) integers(name, tip string) ([]int64, error) {
	a, err := r.vector(name)
	if a == nil || err != nil {
		return nil, err
	}
	values, err := a.Ints()
	if err != nil {
		return nil, r.unreadable(tip, conversion(a, ".astype(np.int32)", tip), name, 1, err)
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
	if a.Kind() == archive.Other {
		return nil, nil, r.fault(conversion(a, ".astype(str), or .astype(np.int32)", ""), name, "holds %s, want whole numbers or text", a.Type())
	}
	if a.Kind() != archive.Text {
		numbers, err = r.integers(name, tip)
		return numbers, nil, err
	}
	texts, err := a.Strings()
	if err != nil {
		return nil, nil, r.unreadable("save it with .astype(str)", "", name, 1, err)
	}
	numbers, names = dataset.Number(texts)
	return numbers, names, nil
}

// splits reads the optional array of splits, which has numbers or words.
func (r *reader) splits() ([]int64, error) {
	const tip = "0 is train, 1 valid, 2 test; these words will do too"
	name := r.fields.Split
	if a := r.file.Get(name); a == nil || a.Kind() != archive.Text {
		return r.integers(name, tip)
	}
	a, err := r.vector(name)
	if err != nil {
		return nil, err
	}
	words, err := a.Strings()
	if err != nil {
		return nil, r.unreadable(tip, "", name, 1, err)
	}
	out := make([]int64, len(words))
	for i, word := range words {
		split, known := erc.ParseSplit(word)
		if !known {
			return nil, r.faultAt(tip, name, i, "%q is not train, valid or test", word)
		}
		out[i] = int64(split)
	}
	return out, nil
}
