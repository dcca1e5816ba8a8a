package npz

import (
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// Write saves any corpus, its rows in the order of conversations and turns. A
// missing modality is a NaN row and a 0 in present; label and class are written
// where at least one utterance has one, and no array of a modality that the
// corpus does not have. Names of conversations are kept only if the corpus was
// read with text for dialogues. A failure leaves path as it was.
func Write(path string, corpus *erc.Corpus) error {
	t, err := dataset.Tabulate(corpus)
	if err != nil {
		return fault.Failure("this is a fault of whatever made the corpus", "%s: %w", path, err)
	}
	return Arrays(t).WriteFile(path)
}

// Arrays returns the arrays of a table, its rows in their order. Optional columns
// that the table does not have become no array.
func Arrays(t *dataset.Table) *archive.File {
	file := &archive.File{Hash: t.Hash}
	for _, m := range erc.Modalities {
		if x := t.Features[m]; x != nil {
			file.Set(m.String(), archive.From(x.Values, t.Rows, x.Width))
		}
	}
	if t.Present != nil {
		file.Set("present", archive.From(presence(t.Present), t.Rows, erc.NumModalities))
	}
	if t.Label != nil {
		file.Set("label", archive.From(convert[float32](t.Label)))
	}
	if t.Class != nil {
		file.Set("class", archive.From(convert[int32](t.Class)))
	}
	file.Set("dialogue", identities(t.Dialogue, t.Dialogues))
	file.Set("turn", archive.From(convert[int32](t.Turn)))
	if t.Speaker != nil {
		file.Set("speaker", identities(t.Speaker, t.Speakers))
	}
	if t.Split != nil {
		file.Set("split", archive.From(convert[int8](t.Split)))
	}
	return file
}

// presence writes 0 and 1 [n, 3].
func presence(present []erc.Present) []uint8 {
	out := make([]uint8, erc.NumModalities*len(present))
	for i, p := range present {
		for _, m := range erc.Modalities {
			if p.Has(m) {
				out[i*erc.NumModalities+int(m)] = 1
			}
		}
	}
	return out
}

func convert[To int8 | int32 | float32, From int64 | float64](values []From) []To {
	out := make([]To, len(values))
	for i, v := range values {
		out[i] = To(v)
	}
	return out
}

// identities writes numbers, or the names that they stand for.
func identities(numbers []int64, names []string) *archive.Array {
	if names == nil {
		return archive.From(convert[int32](numbers))
	}
	texts := make([]string, len(numbers))
	for i, number := range numbers {
		texts[i] = names[number]
	}
	return archive.FromStrings(texts)
}
