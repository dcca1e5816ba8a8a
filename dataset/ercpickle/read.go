package ercpickle

import (
	"fmt"
	"math"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/pickled"
	"gsdnet/dataset/internal/pooled"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/pickle"
)

// reader collects the columns of a file.
type reader struct {
	*tuple
	source *dataset.Source
	table  *dataset.Table

	features [erc.NumModalities]*pickle.Dict
	dialogue []string // of the rows
	speakers []string
}

const tip = "docs/data.md says what such a file holds"

func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	if err := fields.NoColumns(source); err != nil {
		return nil, err
	}
	r := &reader{tuple: parts(source), source: source, table: &dataset.Table{Path: source.Path}}
	r.table.Hash = r.hash
	for m, at := range []int{r.text, r.audio, r.visual} {
		if at >= 0 {
			r.features[m], _ = r.values[at].(*pickle.Dict)
		}
	}
	conversations, err := pickled.Conversations(r.values[r.train], nil, r.values[r.test])
	if err != nil {
		return nil, fault.Input(tip, "%s: %w", source.Title(), err)
	}
	for i := range conversations {
		if err := r.conversation(&conversations[i], fields.Task != erc.NoLabels.String()); err != nil {
			return nil, err
		}
	}
	t := r.table
	t.Rows = len(t.Turn)
	t.Dialogue, t.Dialogues = dataset.Number(r.dialogue)
	t.Speaker, t.Speakers = dataset.Number(r.speakers)
	t.Classes = r.names(conversations)
	t.Place = func(column string, row int) string {
		if row < 0 {
			return column
		}
		return fmt.Sprintf("conversation %q, utterance %d, %s", r.dialogue[row], t.Turn[row], column)
	}
	return t, nil
}

// fault is an error in one conversation.
func (r *reader) fault(c *pickled.Conversation, format string, args ...any) error {
	return fault.Input(tip, "%s: conversation %q: %s", r.source.Title(), c.Name, fmt.Sprintf(format, args...))
}

// conversation reads the utterances of one.
func (r *reader) conversation(c *pickled.Conversation, labelled bool) error {
	speakers, err := r.voices(c)
	if err != nil {
		return err
	}
	n := len(speakers)
	if labelled {
		labels, ok := pickled.Numbers(c.In(r.values[r.labels]))
		if !ok || len(labels) != n {
			return r.fault(c, "its labels are not %d numbers, one a speaker", n)
		}
		for i, y := range labels {
			if y != math.Trunc(y) || math.Abs(y) > dataset.MaxClasses {
				return r.fault(c, "label %d is %g, want the number of a class", i, y)
			}
			r.table.Class = append(r.table.Class, max(int64(y), int64(erc.Unlabelled)))
		}
	}
	for m, d := range r.features {
		if d == nil {
			continue
		}
		if err := r.modality(c, erc.Modality(m), c.In(d), n); err != nil {
			return err
		}
	}
	for turn := range n {
		r.dialogue = append(r.dialogue, c.Name)
		r.table.Turn = append(r.table.Turn, int64(turn))
		r.table.Split = append(r.table.Split, int64(c.Split))
	}
	r.speakers = append(r.speakers, speakers...)
	return nil
}

// modality appends the features of one conversation.
func (r *reader) modality(c *pickled.Conversation, m erc.Modality, v pickle.Value, n int) error {
	sequences, err := pickled.Sequences(v)
	if err != nil {
		return r.fault(c, "its %s is %v", m, err)
	}
	if len(sequences) != n {
		return r.fault(c, "%s of %d utterances, but %d speakers", m, len(sequences), n)
	}
	x, room := r.table.Features[m], pickled.Room(r.source)
	for i, s := range sequences {
		if x == nil {
			x = &dataset.Matrix{Width: s.Width}
			r.table.Features[m] = x
		}
		if s.Width != x.Width || s.Width == 0 {
			return r.fault(c, "utterance %d has %d features of %s, want %d", i, s.Width, m, x.Width)
		}
		if len(x.Values)+x.Width > room {
			return r.fault(c, "more features of %s than a file of this size can hold", m)
		}
		x.Append(pooled.Mean(s.Steps, s.Width, func(int) bool { return true }, s.At))
	}
	return nil
}

// voices names the speakers of a conversation: F and M of a session of IEMOCAP, or
// the numbers of MELD's one-hot vectors.
func (r *reader) voices(c *pickled.Conversation) ([]string, error) {
	items, ok := pickled.Items(c.In(r.values[r.tuple.speakers]))
	if !ok {
		if s, err := pickled.Sequences(c.In(r.values[r.tuple.speakers])); err == nil {
			if len(s) > 0 && s[0].Steps == 0 {
				return nil, r.fault(c, "its speakers are neither names nor vectors")
			}
			return oneHot(s), nil
		}
		return nil, r.fault(c, "it has no list of speakers")
	}
	out := make([]string, len(items))
	for i, item := range items {
		if name, isText := pickled.Text(item); isText {
			out[i] = c.Speaker(name)
			continue
		}
		s, err := pickled.Of(item)
		if err != nil || s.Steps == 0 {
			return nil, r.fault(c, "speaker %d is neither a name nor a vector", i)
		}
		out[i] = oneHot([]pickled.Sequence{s})[0]
	}
	return out, nil
}

// oneHot names the speakers of vectors that are 1 at the speaker's number.
func oneHot(vectors []pickled.Sequence) []string {
	out := make([]string, len(vectors))
	for i, v := range vectors {
		best := 0
		for j := range v.Width {
			if v.At(0, j) > v.At(0, best) {
				best = j
			}
		}
		out[i] = fmt.Sprintf("speaker %d", best)
	}
	return out
}

// names returns the names of the classes: those of IEMOCAP where conversations are
// its sessions, otherwise those of the layout; nil where there are more classes.
func (r *reader) names(conversations []pickled.Conversation) []string {
	names := r.classes
	if len(conversations) > 0 && conversations[0].FromIEMOCAP() {
		names = pickled.IEMOCAP
	}
	for _, class := range r.table.Class {
		if class >= int64(len(names)) {
			return nil
		}
	}
	return names
}
