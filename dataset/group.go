package dataset

import (
	"cmp"
	"fmt"
	"slices"

	"gsdnet/erc"
)

// group puts the rows in order and cuts them into conversations.
func (r *reader) group(rows []row) ([]erc.Conversation, error) {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.dialogue, b.dialogue), cmp.Compare(a.Turn, b.Turn))
	})
	var out []erc.Conversation
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && rows[end].dialogue == rows[start].dialogue {
			end++
		}
		conv, err := r.conversation(rows[start:end])
		if err != nil {
			return nil, err
		}
		out = append(out, conv)
		start = end
	}
	return out, nil
}

// conversation makes one of the rows of a dialogue, in the order of their turns.
func (r *reader) conversation(rows []row) (erc.Conversation, error) {
	first := rows[0]
	conv := erc.Conversation{ID: first.dialogue, Name: defaultName(first.dialogue), Split: first.split}
	called := conv.Name // in messages
	if r.dialogues != nil {
		called = fmt.Sprintf("dialogue %q", r.dialogues[conv.ID])
		if name := printable(r.dialogues[conv.ID]); name != "" {
			conv.Name = name
		}
	}
	for i, u := range rows {
		if i > 0 && u.Turn == rows[i-1].Turn {
			return conv, r.faultAt("number the turns of a dialogue without repeats", r.fields.Turn, u.Row,
				"%s has turn %d already, in row %d", called, u.Turn, rows[i-1].Row)
		}
		if u.split != first.split {
			return conv, r.faultAt("put each dialogue into one split", r.fields.Split, u.Row,
				"%s is in %s here, but in %s in row %d", called, u.split, first.split, first.Row)
		}
		conv.Utterances = append(conv.Utterances, u.Utterance)
	}
	return conv, nil
}

func defaultName(id int32) string { return fmt.Sprintf("dialogue %d", id) }
