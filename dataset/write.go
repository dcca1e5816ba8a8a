package dataset

import (
	"fmt"
	"math"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/npz"
)

// WriteNPZ saves any corpus in the project's container, its rows in the order of
// conversations and turns. A missing modality is a NaN row and a 0 in present;
// label and class are written where at least one utterance has one, and no array
// of a modality that the corpus does not have. Names of conversations are kept
// only if the corpus was read with text for dialogues. A failure leaves path as it was.
func WriteNPZ(path string, corpus *erc.Corpus) error {
	file, err := arrays(corpus)
	if err != nil {
		return hint.Failure("this is a fault of whatever made the corpus", "%s: %w", path, err)
	}
	return file.WriteFile(path)
}

// table collects the columns of a file.
type table struct {
	features                [erc.NumModalities][]float32
	present                 []uint8
	label                   []float32
	class                   []int32
	dialogue, turn, speaker []int32
	split                   []int8
	scored, classed         bool // at least one
}

func arrays(corpus *erc.Corpus) (*npz.File, error) {
	t := &table{}
	for i := range corpus.Conversations {
		conv := &corpus.Conversations[i]
		for j := range conv.Utterances {
			if err := t.add(corpus, conv, &conv.Utterances[j]); err != nil {
				return nil, fmt.Errorf("conversation %d, utterance %d: %w", conv.ID, j, err)
			}
		}
	}
	n := len(t.turn)
	if n == 0 {
		return nil, fmt.Errorf("no utterances")
	}
	file := &npz.File{}
	for _, m := range erc.Modalities {
		if corpus.Dims[m] > 0 {
			file.Set(m.String(), npz.From(t.features[m], n, corpus.Dims[m]))
		}
	}
	file.Set("present", npz.From(t.present, n, erc.NumModalities))
	if t.scored {
		file.Set("label", npz.From(t.label))
	}
	if t.classed {
		file.Set("class", npz.From(t.class))
	}
	var err error
	set := func(name string, numbers []int32, names []string) {
		a, fault := identities(numbers, names)
		if fault != nil {
			err = fmt.Errorf("%s %w", name, fault)
		}
		file.Set(name, a)
	}
	set("dialogue", t.dialogue, corpus.Dialogues)
	file.Set("turn", npz.From(t.turn))
	set("speaker", t.speaker, corpus.Speakers)
	file.Set("split", npz.From(t.split))
	return file, err
}

// identities writes numbers, or the names that they stand for.
func identities(numbers []int32, names []string) (*npz.Array, error) {
	if names == nil {
		return npz.From(numbers), nil
	}
	texts := make([]string, len(numbers))
	for i, number := range numbers {
		if number < 0 || int(number) >= len(names) {
			return nil, fmt.Errorf("%d has no name, there are %d", number, len(names))
		}
		texts[i] = names[number]
	}
	return npz.FromStrings(texts), nil
}

// add appends one row to every column.
func (t *table) add(corpus *erc.Corpus, conv *erc.Conversation, u *erc.Utterance) error {
	for _, m := range erc.Modalities {
		if !u.Present.Has(m) {
			t.present = append(t.present, 0)
			for range corpus.Dims[m] {
				t.features[m] = append(t.features[m], float32(math.NaN()))
			}
			continue
		}
		if len(u.Features[m]) != corpus.Dims[m] {
			return fmt.Errorf("%d channels of %s, want %d", len(u.Features[m]), m, corpus.Dims[m])
		}
		t.present = append(t.present, 1)
		t.features[m] = append(t.features[m], u.Features[m]...)
	}
	if int(int32(u.Turn)) != u.Turn {
		return fmt.Errorf("turn %d is beyond int32", u.Turn)
	}
	t.label = append(t.label, u.Label)
	t.class = append(t.class, u.Class)
	t.scored = t.scored || !math.IsNaN(float64(u.Label))
	t.classed = t.classed || u.Class != erc.Unlabelled
	t.dialogue = append(t.dialogue, conv.ID)
	t.turn = append(t.turn, int32(u.Turn))
	t.speaker = append(t.speaker, int32(u.Speaker))
	t.split = append(t.split, int8(conv.Split))
	return nil
}
