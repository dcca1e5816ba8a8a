package dataset

import (
	"fmt"
	"math"

	"gsdnet/erc"
)

// Tabulate makes a table of any corpus, its rows in the order of conversations
// and turns: what Table.Corpus does, backwards. Label and Class are there where
// at least one utterance has one.
func Tabulate(corpus *erc.Corpus) (*Table, error) {
	t := &Table{
		Name: corpus.Name, Hash: corpus.Hash, Dialogues: corpus.Dialogues, Speakers: corpus.Speakers, Classes: corpus.Classes,
		Present: []erc.Present{}, Titles: titles(corpus),
	}
	for m, width := range corpus.Dims {
		if width > 0 {
			t.Features[m] = &Matrix{Width: width, Names: corpus.Channels[m]}
		}
	}
	scored, classed := false, false
	for i := range corpus.Conversations {
		conv := &corpus.Conversations[i]
		for j := range conv.Utterances {
			u := &conv.Utterances[j]
			if err := t.add(conv, u); err != nil {
				return nil, fmt.Errorf("conversation %d, utterance %d: %w", conv.ID, j, err)
			}
			scored = scored || !math.IsNaN(float64(u.Label))
			classed = classed || u.Class != erc.Unlabelled
		}
	}
	if t.Rows == 0 {
		return nil, fmt.Errorf("no utterances")
	}
	if !scored {
		t.Label = nil
	}
	if !classed {
		t.Class = nil
	}
	return t, nil
}

// add appends one row to every column.
func (t *Table) add(conv *erc.Conversation, u *erc.Utterance) error {
	for _, m := range erc.Modalities {
		x := t.Features[m]
		switch {
		case x == nil && !u.Present.Has(m):
		case x == nil || u.Present.Has(m) && len(u.Features[m]) != x.Width:
			width := 0
			if x != nil {
				width = x.Width
			}
			return fmt.Errorf("%d channels of %s, want %d", len(u.Features[m]), m, width)
		case u.Present.Has(m):
			x.Append(u.Features[m])
		default:
			x.Append(nil)
		}
	}
	if int(int32(u.Turn)) != u.Turn {
		return fmt.Errorf("turn %d is beyond int32", u.Turn)
	}
	for _, c := range []struct {
		column string
		number int
		names  []string
	}{{"dialogue", int(conv.ID), t.Dialogues}, {"speaker", int(u.Speaker), t.Speakers}} {
		if c.names != nil && (c.number < 0 || c.number >= len(c.names)) {
			return fmt.Errorf("%s %d has no name, there are %d", c.column, c.number, len(c.names))
		}
	}
	t.Present = append(t.Present, u.Present)
	t.Label = append(t.Label, float64(u.Label))
	t.Class = append(t.Class, int64(u.Class))
	t.Dialogue = append(t.Dialogue, int64(conv.ID))
	t.Turn = append(t.Turn, int64(u.Turn))
	t.Speaker = append(t.Speaker, int64(u.Speaker))
	t.Split = append(t.Split, int64(conv.Split))
	t.Rows++
	return nil
}

// titles returns the names of conversations by number, nil where they are the
// default names or where the corpus has names of dialogues.
func titles(corpus *erc.Corpus) []string {
	if corpus.Dialogues != nil {
		return nil
	}
	var out []string
	for i := range corpus.Conversations {
		conv := &corpus.Conversations[i]
		if conv.Name == DefaultName(conv.ID) || conv.ID < 0 || int(conv.ID) > 2*MaxRows {
			continue
		}
		for len(out) <= int(conv.ID) {
			out = append(out, "")
		}
		out[conv.ID] = conv.Name
	}
	return out
}
