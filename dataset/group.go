package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gsdnet/erc"
)

// group puts the rows in order and cuts them into conversations.
func (t *Table) group(rows []row) ([]erc.Conversation, error) {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.dialogue, b.dialogue), cmp.Compare(a.Turn, b.Turn))
	})
	var out []erc.Conversation
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && rows[end].dialogue == rows[start].dialogue {
			end++
		}
		conv, err := t.conversation(rows[start:end])
		if err != nil {
			return nil, err
		}
		out = append(out, conv)
		start = end
	}
	return out, nil
}

// conversation makes one of the rows of a dialogue, in the order of their turns.
func (t *Table) conversation(rows []row) (erc.Conversation, error) {
	first := rows[0]
	conv := erc.Conversation{ID: first.dialogue, Name: DefaultName(first.dialogue), Split: first.split}
	called := conv.Name // in messages
	names := t.Titles
	if t.Dialogues != nil {
		names = t.Dialogues
		called = fmt.Sprintf("dialogue %q", t.Dialogues[conv.ID])
	}
	if int(conv.ID) < len(names) {
		if name := printable(names[conv.ID]); name != "" {
			conv.Name = name
		}
	}
	for i, u := range rows {
		if i > 0 && u.Turn == rows[i-1].Turn {
			return conv, t.Fault("number the turns of a dialogue without repeats", "turn", u.Row,
				"%s has turn %d already, in row %d", called, u.Turn, rows[i-1].Row)
		}
		if u.split != first.split {
			return conv, t.Fault("put each dialogue into one split", "split", u.Row,
				"%s is in %s here, but in %s in row %d", called, u.split, first.split, first.Row)
		}
		conv.Utterances = append(conv.Utterances, u.Utterance)
	}
	return conv, nil
}

// DefaultName returns the name of a conversation that has no other.
func DefaultName(id int32) string { return fmt.Sprintf("dialogue %d", id) }

// printable returns a name without the characters that a terminal or a table cannot show,
// and without space around it. A line break or a tab becomes a space.
func printable(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, name))
}
