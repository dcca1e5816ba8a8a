package table_test

import (
	"math"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	_ "gsdnet/dataset/table"
	"gsdnet/erc"
)

var nan = float32(math.NaN())

// want is what the fixtures hold (testdata/make.py), as scores or as classes.
func want(task erc.Task) *erc.Corpus {
	const anna, ben, zoe = 0, 1, 2
	said := func(row, turn int, who erc.Speaker, label float32, class int32, text, audio []float32) erc.Utterance {
		u := erc.Utterance{Row: row, Turn: turn, Speaker: who, Label: label, Class: erc.Unlabelled,
			Features: [erc.NumModalities][]float32{erc.Text: text, erc.Audio: audio}}
		if task == erc.Classes {
			u.Label, u.Class = nan, class
		}
		for m, x := range u.Features {
			if x != nil {
				u.Present = u.Present.With(erc.Modality(m))
			}
		}
		return u
	}
	c := &erc.Corpus{
		Task: task, Dims: [erc.NumModalities]int{2, 3, 0},
		Dialogues: []string{"talk one", `b, "two"`}, Speakers: []string{"anna", "ben", "zoë"},
		Conversations: []erc.Conversation{
			{ID: 0, Name: "talk one", Split: erc.Train, Utterances: []erc.Utterance{
				said(0, 0, anna, 1.5, 2, []float32{0.25, 0.5}, []float32{1, 2, 3}),
				said(3, 1, anna, 3, 2, []float32{7, 8}, []float32{0, 0, 0.125}),
				said(1, 2, ben, -0.5, 0, nil, []float32{4, 5, 6.5}),
			}},
			{ID: 1, Name: `b, "two"`, Split: erc.Test, Utterances: []erc.Utterance{
				said(4, 0, zoe, 0, 1, []float32{9, -1}, []float32{1, 1, 1}),
				said(2, 1, anna, nan, -1, []float32{1e-3, -2}, nil),
			}},
		},
	}
	if task == erc.Classes {
		c.NumClasses, c.Classes = 3, []string{"anger", "fear", "joy"}
	}
	return c
}

func TestConformance(t *testing.T) {
	for name, s := range map[string]formattest.Suite{
		"csv": {Path: "testdata/small.csv", Want: want(erc.Scores), Refuse: map[string]string{
			"bad/empty.csv":       ": the file is empty",
			"bad/header.csv":      ": no features of any modality",
			"bad/no_turn.csv":     `: column "turn": not in the file`,
			"bad/no_features.csv": `: column "text": no features of any modality`,
			"bad/twice.csv":       `: line 1: column "turn" is there twice`,
			"bad/gap.csv":         `: line 1: column "text_2", but no column "text_1"`,
			"bad/both.csv":        `: line 1: both column "text" and numbered columns text_0`,
			"bad/fields.csv":      ": line 3: it has more or fewer fields than the header",
			"bad/quote.csv":       ": line 3: a quotation mark is not closed",
			"bad/word.csv":        `: line 3, column "text": "three" in text_0 is not a number`,
			"bad/some.csv":        `: line 3, column "text": 1 of its 2 cells are empty`,
			"bad/half.csv":        `: line 2, column "turn": "1.5" is not a whole number`,
			"bad/label.csv":       `: line 2, column "label": 9 is not a score in [-3.5,3.5]`,
			"bad/split.csv":       `: line 2, column "split": "dev2" is not train, valid or test`,
			"bad/again.csv":       `: line 3, column "turn": dialogue "a" has turn 1 already`,
			"bad/outside.csv":     `: line 2, column "text": "../small.csv.npy" is outside the folder`,
			"bad/absent.csv":      `: line 2, column "text": testdata/bad/npy/none.npy: no such file`,
			"bad/other.csv":       `: line 2, column "text": "small.csv" is neither a list nor the path of a .npy file`,
			"gone.csv":            ": no such file",
		}},
		"csv, classes": {Path: "testdata/small.csv", Fields: dataset.Fields{Task: "classes"}, Want: want(erc.Classes)},
		"tsv":          {Path: "testdata/wide.tsv", Want: want(erc.Scores)},
		"jsonl": {Path: "testdata/small.jsonl", Want: want(erc.Scores), Refuse: map[string]string{
			"bad/lengths.jsonl":  `: line 3, key "text": 1 features, but 2 in line 1`,
			"bad/array.jsonl":    ": line 1: it is not a JSON object",
			"bad/cut.jsonl":      ": line 2: it is not a JSON object",
			"bad/object.jsonl":   `: line 1, key "dialogue": {} is neither a number, a text nor a list`,
			"bad/null.jsonl":     `: line 1, key "text": "[1, null]" is not a list of numbers`,
			"bad/infinite.jsonl": `: line 1, key "text": channel 1 is infinite, or too large for float32`,
		}},
		"jsonl, classes": {Path: "testdata/small.jsonl", Fields: dataset.Fields{Task: "classes"}, Want: want(erc.Classes)},
	} {
		t.Run(name, func(t *testing.T) { formattest.Run(t, s) })
	}
}

// Cells may name .npy files, whose steps are averaged. The hash depends on what
// they hold.
func TestFiles(t *testing.T) {
	got := formattest.Open(t, "testdata/files.csv", dataset.Fields{})
	wanted := want(erc.Scores)
	wanted.Name, wanted.Hash = "files", got.Hash
	if diff := formattest.Diff(wanted, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}
