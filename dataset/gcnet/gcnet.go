// Package gcnet reads the folders of GCNet: a pickle of labels, and a folder
// "features" beside it with a folder for each encoder and a .npy file for each
// utterance.
//
//	CMUMOSI/
//	  CMUMOSI_features_raw_2way.pkl
//	  features/wav2vec-large-c-UTT/03bSnISJMiM_1.npy
//	  features/deberta-large-4-UTT/03bSnISJMiM_1.npy
//	  features/manet_UTT/03bSnISJMiM_1.npy
//
//	corpus, err := dataset.Open("CMUMOSI/CMUMOSI_features_raw_2way.pkl", dataset.Fields{})
//	corpus, err := dataset.Open("CMUMOSI", dataset.Fields{Text: "deberta-large-4-UTT"})
//
// The pickle is a tuple of seven: videoIDs, videoLabels (scores), videoSpeakers,
// videoSentences, trainVids, valVids, testVids; or for IEMOCAP of six without
// valVids, with classes for labels. Several steps [T, D], or several files in a
// folder of the utterance's name, are averaged. A file that is not there, is empty or
// zero throughout (GCNet's mark of a face that was not found) is a modality that is
// missing.
//
// Start reading at read, then folders.go.
package gcnet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/pickled"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/pickle"
)

const tip = "docs/data.md says what a folder of GCNet holds"

func init() {
	dataset.Register(dataset.Format{
		Name: ".pkl GCNet", About: "pickle of GCNet's labels, beside its folder of features",
		Read: read, Recognise: func(source *dataset.Source) bool { return parts(source) != nil },
	})
	dataset.Register(dataset.Format{
		Name: dataset.Folder + " GCNet", About: "folder of GCNet: a pickle of labels and a folder of features",
		Read: readFolder, Recognise: func(source *dataset.Source) bool { return len(pickles(source.Path)) > 0 && hasFeatures(source.Path) },
	})
}

// labels is the pickle.
type labels struct {
	ids, labels, speakers *pickle.Dict
	train, valid, test    pickle.Value // valid is nil in a tuple of six
	hash                  string
}

// parts returns the labels of a file, nil if it is another pickle.
func parts(source *dataset.Source) *labels {
	value, hash, err := pickled.Load(source)
	if err != nil {
		return nil
	}
	values, ok := value.(pickle.Tuple)
	if list, isList := value.(*pickle.List); isList {
		values, ok = list.Items, true
	}
	if !ok || len(values) != 6 && len(values) != 7 {
		return nil
	}
	out := &labels{hash: hash}
	for i, to := range []**pickle.Dict{&out.ids, &out.labels, &out.speakers} {
		d, isDict := values[i].(*pickle.Dict)
		if !isDict {
			return nil
		}
		*to = d
	}
	out.train, out.test = values[4], values[len(values)-1]
	lists := []pickle.Value{out.train, out.test}
	if len(values) == 7 {
		out.valid = values[5]
		lists = append(lists, out.valid)
	}
	for _, list := range lists {
		if _, ok := pickled.Items(list); !ok {
			return nil
		}
	}
	return out
}

// readFolder reads the one pickle of labels in a folder.
func readFolder(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	found := pickles(source.Path)
	if len(found) > 1 {
		return nil, fault.Input("give the path of one of them: "+found[0], "%s: %d pickles of labels", source.Title(), len(found))
	}
	inside := &dataset.Source{Path: found[0]}
	if parts(inside) == nil {
		return nil, fault.Input(tip, "%s: not a pickle of GCNet's labels", inside.Title())
	}
	table, err := read(inside, fields)
	if err != nil {
		return nil, err
	}
	return table, nil
}

// reader collects the columns of a folder.
type reader struct {
	*labels
	source *dataset.Source
	table  *dataset.Table
	rows   []utterance
	seen   map[string]bool // ids
}

// utterance is a row before its features are read.
type utterance struct {
	id, speaker string // speaker as the file has it
	dialogue    string
	called      string // the speaker, told apart by session
}

func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	others := fields
	others.Text, others.Audio, others.Visual = "", "", "" // these choose folders
	if err := others.NoColumns(source); err != nil {
		return nil, err
	}
	r := &reader{labels: parts(source), source: source, table: &dataset.Table{Path: source.Path}, seen: map[string]bool{}}
	conversations, err := pickled.Conversations(r.train, r.valid, r.test)
	if err != nil {
		return nil, fault.Input(tip, "%s: %w", source.Title(), err)
	}
	for i := range conversations {
		if err := r.conversation(&conversations[i], fields.Task != erc.NoLabels.String()); err != nil {
			return nil, err
		}
	}
	t := r.table
	t.Rows = len(r.rows)
	t.Place = func(column string, row int) string {
		if row < 0 {
			return column
		}
		return fmt.Sprintf("utterance %q, %s", r.rows[row].id, column)
	}
	r.identities()
	if len(conversations) > 0 && t.Class != nil {
		t.Classes = classNames(&conversations[0], t.Class)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, r.hash)
	if err := r.features(fields, sum); err != nil {
		return nil, err
	}
	t.Hash = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

// identities numbers dialogues and speakers.
func (r *reader) identities() {
	dialogues, speakers := make([]string, len(r.rows)), make([]string, len(r.rows))
	named := false
	for i, u := range r.rows {
		dialogues[i], speakers[i] = u.dialogue, u.called
		named = named || u.speaker != ""
	}
	r.table.Dialogue, r.table.Dialogues = dataset.Number(dialogues)
	if named {
		r.table.Speaker, r.table.Speakers = dataset.Number(speakers)
	}
}

// conversation reads the utterances of one.
func (r *reader) conversation(c *pickled.Conversation, labelled bool) error {
	refuse := func(format string, args ...any) error {
		return fault.Input(tip, "%s: conversation %q: %s", r.source.Title(), c.Name, fmt.Sprintf(format, args...))
	}
	ids, ok := pickled.Texts(c.In(r.ids))
	if !ok {
		return refuse("it has no list of utterances")
	}
	speakers, ok := pickled.Texts(c.In(r.speakers))
	if !ok || len(speakers) != len(ids) {
		return refuse("its speakers are not %d texts, one an utterance", len(ids))
	}
	for turn, id := range ids {
		if r.seen[id] {
			return refuse("utterance %.80q is there twice", id)
		}
		r.seen[id] = true
		called := speakers[turn]
		if called != "" {
			called = c.Speaker(called)
		}
		r.rows = append(r.rows, utterance{id: id, speaker: speakers[turn], dialogue: c.Name, called: called})
		r.table.Turn = append(r.table.Turn, int64(turn))
		r.table.Split = append(r.table.Split, int64(c.Split))
	}
	if !labelled {
		return nil
	}
	numbers, ok := pickled.Numbers(c.In(r.labels.labels))
	if !ok || len(numbers) != len(ids) {
		return refuse("its labels are not %d numbers, one an utterance", len(ids))
	}
	if r.valid != nil {
		r.table.Label = append(r.table.Label, numbers...)
		return nil
	}
	for i, y := range numbers {
		if y != float64(int32(y)) {
			return refuse("label %d is %g, want the number of a class", i, y)
		}
		r.table.Class = append(r.table.Class, max(int64(y), int64(erc.Unlabelled)))
	}
	return nil
}

// classNames are those of IEMOCAP, four or six; nil of other data.
func classNames(first *pickled.Conversation, classes []int64) []string {
	if !first.FromIEMOCAP() {
		return nil
	}
	most := int64(0)
	for _, class := range classes {
		most = max(most, class)
	}
	const four = 4
	switch {
	case most < four:
		return pickled.IEMOCAP[:four]
	case int(most) < len(pickled.IEMOCAP):
		return pickled.IEMOCAP
	}
	return nil
}

// pickles lists the files of a folder that may hold the labels.
func pickles(folder string) []string {
	found, _ := filepath.Glob(filepath.Join(escape(folder), "*.pkl"))
	return found
}
