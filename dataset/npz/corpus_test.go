package npz_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

var nan = float32(math.NaN())

// sample is a file of five rows in no order: dialogue 4 in test with turns 1, 3,
// 9 and dialogue 2 in train with turns 0, 1. Row 1 has no audio.
func sample() *archive.File {
	f := &archive.File{}
	f.Set("text", archive.From([]float32{0, 1, 10, 11, 20, 21, 30, 31, 40, 41}, 5, 2))
	f.Set("audio", archive.From([]float32{0, 1, 2, nan, nan, nan, 20, 21, 22, 30, 31, 32, 40, 41, 42}, 5, 3))
	f.Set("visual", archive.From([]float32{0, 10, 20, 30, 40}, 5, 1))
	f.Set("label", archive.From([]float32{3, -3, nan, 0.5, 0}))
	f.Set("class", archive.From([]int32{0, 1, -1, 3, 0}))
	f.Set("dialogue", archive.From([]int32{4, 2, 4, 2, 4}))
	f.Set("turn", archive.From([]int32{9, 1, 3, 0, 1}))
	f.Set("speaker", archive.From([]int32{1, 0, 0, 1, 7}))
	f.Set("split", archive.From([]int8{2, 0, 2, 0, 2}))
	return f
}

// without returns the file less one array.
func without(f *archive.File, gone string) *archive.File {
	out := &archive.File{}
	for _, name := range f.Names() {
		if name != gone {
			out.Set(name, f.Get(name))
		}
	}
	return out
}

// save writes a file and returns its path.
func save(t testing.TB, f *archive.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corpus.npz")
	if err := f.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, fields dataset.Fields) *erc.Corpus {
	t.Helper()
	return formattest.Open(t, path, fields)
}

func verify(t testing.TB, c *erc.Corpus) {
	t.Helper()
	formattest.Verify(t, c)
}

func TestOpenOrdersRows(t *testing.T) {
	got := open(t, save(t, sample()), dataset.Fields{})
	if len(got.Hash) != 64 {
		t.Errorf("hash: got %q, want 64 digits", got.Hash)
	}
	want := &erc.Corpus{
		Name: "corpus", Task: erc.Scores, Dims: [3]int{2, 3, 1}, Hash: got.Hash,
		Conversations: []erc.Conversation{
			{ID: 2, Name: "dialogue 2", Split: erc.Train, Utterances: []erc.Utterance{
				{Turn: 0, Speaker: 1, Row: 3, Present: erc.All, Label: 0.5, Class: -1,
					Features: [3][]float32{{30, 31}, {30, 31, 32}, {30}}},
				{Turn: 1, Speaker: 0, Row: 1, Present: erc.All &^ 2, Label: -3, Class: -1,
					Features: [3][]float32{{10, 11}, nil, {10}}},
			}},
			{ID: 4, Name: "dialogue 4", Split: erc.Test, Utterances: []erc.Utterance{
				{Turn: 1, Speaker: 7, Row: 4, Present: erc.All, Label: 0, Class: -1,
					Features: [3][]float32{{40, 41}, {40, 41, 42}, {40}}},
				{Turn: 3, Speaker: 0, Row: 2, Present: erc.All, Label: nan, Class: -1,
					Features: [3][]float32{{20, 21}, {20, 21, 22}, {20}}},
				{Turn: 9, Speaker: 1, Row: 0, Present: erc.All, Label: 3, Class: -1,
					Features: [3][]float32{{0, 1}, {0, 1, 2}, {0}}},
			}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// What is stored under a 0 of present may be anything; a NaN row may be 0 too.
func TestPresentHidesWhatIsStored(t *testing.T) {
	for _, stored := range []float32{1e6, nan, float32(math.Inf(1))} {
		f := sample()
		f.Set("text", archive.From([]float32{0, 1, 10, 11, 20, 21, 30, 31, stored, 5}, 5, 2))
		f.Set("present", archive.From([]uint8{1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1}, 5, 3))
		u := open(t, save(t, f), dataset.Fields{}).Conversations[1].Utterances[0]
		if u.Row != 4 || u.Present.String() != "{v}" || u.Features[erc.Text] != nil || u.Features[erc.Audio] != nil {
			t.Errorf("stored %g: got row %d with %s and %v, want row 4 with {v} alone", stored, u.Row, u.Present, u.Features)
		}
	}
}

func TestOptionalArrays(t *testing.T) {
	f := without(without(sample(), "split"), "speaker")
	for _, conv := range open(t, save(t, f), dataset.Fields{}).Conversations {
		if conv.Split != erc.Test {
			t.Errorf("without split: got %s, want test", conv.Split)
		}
		for _, u := range conv.Utterances {
			if u.Speaker != 0 {
				t.Errorf("without speaker: got %d, want 0", u.Speaker)
			}
		}
	}
}

func TestFieldsChooseArrays(t *testing.T) {
	f := sample()
	f.Set("text_unsup", archive.From([]float64{5, 6, 7, 8, 9}, 5, 1))
	f.Set("label_centered", archive.From([]float32{1, 1, 1, 1, 1}))
	fields := dataset.Fields{Text: "text_unsup", Label: "label_centered", Speaker: "turn"}
	got := open(t, save(t, f), fields)
	u := got.Conversations[1].Utterances[2]
	if got.Dims != [3]int{1, 3, 1} || u.Features[erc.Text][0] != 5 || u.Label != 1 || u.Speaker != 9 {
		t.Errorf("got widths %v and %+v, want text_unsup, label_centered and turn for speaker", got.Dims, u)
	}
	if got, want := fields.Features(erc.Text)+" "+fields.Features(erc.Visual), "text_unsup visual"; got != want {
		t.Errorf("names: got %s, want %s", got, want)
	}
}

func TestTask(t *testing.T) {
	unlabelled := archive.From([]float32{nan, nan, nan, nan, nan})
	blank := without(sample(), "class")
	blank.Set("label", unlabelled)
	classless := without(sample(), "label")
	classless.Set("class", archive.From([]int32{-1, -1, -1, -1, -1}))
	cases := []struct {
		name    string
		file    *archive.File
		task    string
		want    erc.Task
		classes int
	}{
		{"both", sample(), "", erc.Scores, 0},
		{"both, classes asked", sample(), "classes", erc.Classes, 4},
		{"both, scores asked", sample(), "scores", erc.Scores, 0},
		{"class only", without(sample(), "label"), "", erc.Classes, 4},
		{"neither", without(without(sample(), "label"), "class"), "", erc.NoLabels, 0},
		{"all labels NaN", blank, "", erc.NoLabels, 0},
		{"all classes -1", classless, "classes", erc.NoLabels, 0},
	}
	for _, c := range cases {
		got := open(t, save(t, c.file), dataset.Fields{Task: c.task})
		if got.Task != c.want || got.NumClasses != c.classes {
			t.Errorf("%s: got %s, %d, want %s, %d", c.name, got.Task, got.NumClasses, c.want, c.classes)
		}
		u := got.Conversations[0].Utterances[0] // row 3
		if scored := u.Label == 0.5; scored != (c.want == erc.Scores) {
			t.Errorf("%s: label %g", c.name, u.Label)
		}
		if classed := u.Class == 3; classed != (c.want == erc.Classes) {
			t.Errorf("%s: class %d", c.name, u.Class)
		}
	}
}

func TestNames(t *testing.T) {
	long, _ := json.Marshal(strings.Repeat("x", npz.MaxNamesBytes))
	cases := map[string]struct{ json, corpus, first, err string }{
		"both":      {`{"name": "mosi", "dialogues": ["a", "b", " c\u001b[1m"], "split": 3}`, "mosi", "c[1m", ""},
		"no list":   {`{"name": "mosi"}`, "mosi", "dialogue 2", ""},
		"other":     {`{}`, "corpus", "dialogue 2", ""},
		"too large": {`{"name": ` + string(long) + `}`, "corpus", "dialogue 2", ""},
		"malformed": {`{"name": `, "", "", "corpus.json: no JSON at byte 9"},
		"no object": {`[1, 2]`, "", "", "corpus.json: it does not hold an object with names"},
		"number":    {`{"name": 3}`, "", "", `corpus.json: "name" is not a text`},
		"wrong":     {`{"dialogues": {"a": 1}}`, "", "", `corpus.json: "dialogues" is not a list of names`},
	}
	for name, c := range cases {
		path := save(t, sample())
		beside := strings.TrimSuffix(path, "npz") + "json"
		if err := os.WriteFile(beside, []byte(c.json), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := dataset.Open(path, dataset.Fields{})
		if c.err != "" {
			if err == nil || got != nil || !strings.Contains(err.Error(), c.err) || fault.Of(err) == "" {
				t.Errorf("%s: got %v, %v, want %q and a hint", name, got, err, c.err)
			}
			continue
		}
		if err != nil || got.Name != c.corpus || got.Conversations[0].Name != c.first {
			t.Errorf("%s: got %+v, %v, want %s and %s", name, got, err, c.corpus, c.first)
		}
	}
}
