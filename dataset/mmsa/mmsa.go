// Package mmsa reads the pickles of MMSA (CMU-MOSI, CMU-MOSEI, CH-SIMS):
// aligned_50.pkl, unaligned_50.pkl and unaligned_39.pkl, a dictionary of
//
//	{"train": {"id": ["video$_$3", …], "text": [n, 50, 768], "audio": [n, T, 5], "vision": [n, T, 20],
//	           "regression_labels": [n], …}, "valid": {…}, "test": {…}}
//
//	corpus, err := dataset.Open("aligned_50.pkl", dataset.Fields{})
//
// A video is a conversation, and a clip one of its utterances. Each modality is
// averaged over its valid steps: those within its length (audio_lengths,
// vision_lengths), within the mask of the words (text_bert), and not zero
// throughout, as padding is. An utterance without a valid step lacks the modality.
// -Inf, the logarithm of silence, is read as 0, as MMSA does.
//
// Start reading at read, then features.go.
package mmsa

import (
	"fmt"
	"strconv"
	"strings"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/pickled"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/pickle"
)

func init() {
	dataset.Register(dataset.Format{
		Name: ".pkl MMSA", About: "pickle of MMSA: train, valid and test with id, text, audio, vision, regression_labels",
		Read: read, Recognise: recognise,
	})
}

// recognise reports whether a pickle has the three splits of MMSA.
func recognise(source *dataset.Source) bool {
	value, _, err := pickled.Load(source)
	if err != nil {
		return false
	}
	for _, s := range erc.Splits {
		if part(value, s) == nil {
			return false
		}
	}
	return true
}

// part returns the dictionary of one split, nil without one that has ids.
func part(value pickle.Value, s erc.Split) *pickle.Dict {
	all, ok := value.(*pickle.Dict)
	if !ok {
		return nil
	}
	v, _ := all.Get(s.String())
	d, _ := v.(*pickle.Dict)
	if d == nil {
		return nil
	}
	if _, ok := d.Get("id"); !ok {
		return nil
	}
	return d
}

// reader collects the columns of a file.
type reader struct {
	source *dataset.Source
	asked  dataset.Fields // as given
	keys   dataset.Fields // which key of a split plays which part
	table  *dataset.Table

	ids   []string // of the rows
	words []string // annotations, while every split has them
}

func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	value, hash, err := pickled.Load(source)
	if err != nil {
		return nil, err
	}
	r := &reader{source: source, asked: fields, keys: keys(fields), table: &dataset.Table{Path: source.Path, Hash: hash}}
	r.table.Place = func(column string, row int) string {
		if row < 0 {
			return fmt.Sprintf("key %q", r.called(column))
		}
		return fmt.Sprintf("%s, id %q, key %q", erc.Split(r.table.Split[row]), r.ids[row], r.called(column))
	}
	r.table.Called = r.called
	for _, s := range erc.Splits {
		if err := r.split(s, part(value, s)); err != nil {
			return nil, err
		}
	}
	r.table.Rows = len(r.ids)
	r.classes()
	r.conversations()
	return r.table, nil
}

// keys returns the names of the keys, MMSA's own where none is given.
func keys(f dataset.Fields) dataset.Fields {
	for _, k := range []struct {
		name *string
		mmsa string
	}{
		{&f.Visual, "vision"}, {&f.Label, "regression_labels"}, {&f.Class, "classification_labels"},
	} {
		if *k.name == "" {
			*k.name = k.mmsa
		}
	}
	return f.Resolved()
}

// called returns the key of a part.
func (r *reader) called(role string) string {
	for _, c := range r.keys.Columns() {
		if c.Role == role {
			return *c.Name
		}
	}
	return role
}

// fault is an error in one key of a split.
func (r *reader) fault(s erc.Split, key, format string, args ...any) error {
	return fault.Input("docs/data.md says what the pickles of MMSA hold", "%s: %s, key %q: %s", r.source.Title(), s, key, fmt.Sprintf(format, args...))
}

// split reads one of the three dictionaries.
func (r *reader) split(s erc.Split, d *pickle.Dict) error {
	v, _ := d.Get("id")
	ids, ok := identities(v)
	if !ok {
		return r.fault(s, "id", "want a list of texts such as video$_$3")
	}
	if err := r.checkKeys(s, d); err != nil {
		return err
	}
	r.ids = append(r.ids, ids...)
	for range ids {
		r.table.Split = append(r.table.Split, int64(s))
	}
	for _, m := range erc.Modalities {
		if err := r.features(s, m, d, len(ids)); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		key string
		to  *[]float64
	}{{r.keys.Label, &r.table.Label}, {r.keys.Class, nil}} {
		if r.keys.Task == erc.NoLabels.String() {
			break
		}
		if err := r.labels(s, d, c.key, c.to, len(ids)); err != nil {
			return err
		}
	}
	if words, ok := texts(d, "annotations"); ok && len(words) == len(ids) {
		r.words = append(r.words, words...)
	}
	return nil
}

// checkKeys refuses a key that was asked for by name and is not there.
func (r *reader) checkKeys(s erc.Split, d *pickle.Dict) error {
	for _, c := range r.asked.Columns() {
		if *c.Name == "" {
			continue
		}
		if _, there := d.Get(*c.Name); !there {
			known, _ := pickled.Texts(&pickle.List{Items: d.Keys})
			return fault.Input("the keys are "+strings.Join(known, ", "), "%s: %s, key %q: not in the file", r.source.Title(), s, *c.Name)
		}
	}
	return nil
}

func texts(d *pickle.Dict, key string) ([]string, bool) {
	v, _ := d.Get(key)
	return pickled.Texts(v)
}

// identities returns the ids of a split. Older files have [video, clip] for each.
func identities(v pickle.Value) ([]string, bool) {
	if ids, ok := pickled.Texts(v); ok {
		return ids, true
	}
	items, ok := pickled.Items(v)
	out := make([]string, len(items))
	for i, item := range items {
		parts, isList := pickled.Texts(item)
		if !isList || len(parts) == 0 {
			return nil, false
		}
		out[i] = strings.Join(parts, separator)
	}
	return out, ok
}

// labels reads scores, or classes where to is nil. A file may lack either.
func (r *reader) labels(s erc.Split, d *pickle.Dict, key string, to *[]float64, n int) error {
	v, there := d.Get(key)
	if !there || v == nil {
		return nil
	}
	numbers, ok := pickled.Numbers(v)
	if !ok || len(numbers) != n {
		if to == nil && !ok {
			return nil // texts, in some files
		}
		return r.fault(s, key, "want %d numbers", n)
	}
	if to != nil {
		*to = append(*to, numbers...)
		return nil
	}
	for i, x := range numbers {
		if x != float64(int64(x)) {
			return r.fault(s, key, "number %d is %g, want a whole number", i, x)
		}
		r.table.Class = append(r.table.Class, int64(x))
	}
	return nil
}

// classes keeps columns that every split has, and names the classes by the
// annotations.
func (r *reader) classes() {
	t := r.table
	if len(t.Label) != t.Rows {
		t.Label = nil
	}
	if len(t.Class) != t.Rows {
		t.Class = nil
	}
	if len(r.words) != t.Rows || t.Rows == 0 {
		return
	}
	if t.Class == nil {
		t.Class, t.Classes = dataset.NumberSorted(r.words)
		return
	}
	var names []string
	for i, class := range t.Class {
		if class < 0 || class >= dataset.MaxClasses {
			return
		}
		for int(class) >= len(names) {
			names = append(names, "")
		}
		if names[class] == "" {
			names[class] = r.words[i]
		}
		if names[class] != r.words[i] {
			return // the annotations are another division
		}
	}
	for _, name := range names {
		if name == "" {
			return
		}
	}
	t.Classes = names
}

// separator stands between the video and the clip of an id.
const separator = "$_$"

// conversations makes dialogues and turns of the ids. Clips are numbered by their
// own numbers, or else by their order in the file. Where the clips of a video are
// in several splits, as in CH-SIMS, each split's are a conversation of their own.
func (r *reader) conversations() {
	t := r.table
	videos, clips := make([]string, t.Rows), make([]int64, t.Rows)
	splits, numbered := map[string]map[int64]bool{}, map[string]bool{}
	for i, id := range r.ids {
		video, clip, _ := strings.Cut(id, separator)
		videos[i] = video
		if splits[video] == nil {
			splits[video], numbered[video] = map[int64]bool{}, true
		}
		splits[video][t.Split[i]] = true
		n, err := strconv.ParseInt(clip, 10, 32)
		clips[i], numbered[video] = n, numbered[video] && err == nil
	}
	seen := map[string]int64{}
	for i, video := range videos {
		if len(splits[video]) > 1 {
			videos[i] = fmt.Sprintf("%s (%s)", video, erc.Split(t.Split[i]))
		}
		if !numbered[video] {
			clips[i] = seen[videos[i]]
		}
		seen[videos[i]]++
	}
	t.Dialogue, t.Dialogues = dataset.Number(videos)
	t.Turn = clips
}
