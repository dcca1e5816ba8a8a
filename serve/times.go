package serve

import (
	"fmt"
	"math"
	"path"
	"path/filepath"

	"gsdnet/erc"
)

// timed adds to the recordings of the examples when each utterance begins and ends: by the
// transcript beside the recording, or else by the data file. Of a recording without times,
// the note says why.
func (m *Media) timed(examples []example) error {
	rows := map[string][]Span{} // by data file
	for i := range examples {
		e := &examples[i]
		if e.recording == nil {
			continue
		}
		r := e.recording
		if r.transcript != "" && m.Transcript != nil {
			turns, err := m.Transcript(filepath.Join(r.dir, filepath.FromSlash(r.transcript)))
			if err == nil {
				r.times, r.note = align(e.conv, turns, path.Base(r.transcript))
			} else {
				r.note = fmt.Sprintf("The transcript %s cannot be read.", path.Base(r.transcript))
			}
			r.from = path.Base(r.transcript)
		}
		if r.times != nil || m.Data == nil {
			continue
		}
		if _, known := rows[e.path]; !known {
			times, err := m.Data(e.path)
			if err != nil {
				return err
			}
			rows[e.path] = times
		}
		if times := ofRows(e.conv, rows[e.path]); times != nil {
			r.times, r.from, r.note = times, e.file, ""
		}
	}
	return nil
}

// align gives each utterance its turn of a transcript: in their order if there are as many
// turns as utterances, or else by the number of the turn, if some turns were left out of the
// data. The sentence says why that is not possible.
func align(conv *erc.Conversation, turns []Span, name string) ([]Span, string) {
	n := len(conv.Utterances)
	if n == len(turns) {
		return turns, ""
	}
	last := conv.Utterances[n-1].Turn
	if n > len(turns) || last < n || last >= len(turns) || conv.Utterances[0].Turn < 0 {
		return nil, fmt.Sprintf("The transcript %s has %d turns, and the conversation has %d utterances.", name, len(turns), n)
	}
	out := make([]Span, n)
	for i := range conv.Utterances {
		out[i] = turns[conv.Utterances[i].Turn]
	}
	return out, ""
}

// ofRows takes the times of the utterances from those of the rows of their file; nil if one
// of them has none.
func ofRows(conv *erc.Conversation, rows []Span) []Span {
	out := make([]Span, len(conv.Utterances))
	for i := range conv.Utterances {
		row := conv.Utterances[i].Row
		if row < 0 || row >= len(rows) || !(rows[row].Begin >= 0 && rows[row].End >= rows[row].Begin) || math.IsInf(rows[row].End, 1) {
			return nil
		}
		out[i] = rows[row]
	}
	return out
}
