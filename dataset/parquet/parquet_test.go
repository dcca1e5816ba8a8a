package parquet_test

import (
	"fmt"
	"math"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	_ "gsdnet/dataset/parquet"
	"gsdnet/erc"
)

var nan = float32(math.NaN())

// want is what the small fixtures hold (testdata/make), as scores or as classes. It is
// what the fixtures of CSV and JSON Lines hold as well.
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
				said(2, 1, anna, nan, -1, []float32{0.125, -2}, nil),
			}},
		},
	}
	if task == erc.Classes {
		c.NumClasses, c.Classes = 3, []string{"anger", "fear", "joy"}
	}
	return c
}

// The fixtures are written by Apache Arrow with other types, encodings, pages and
// compressions.
func TestConformance(t *testing.T) {
	for _, name := range []string{"small", "plain", "columns", "half"} {
		path := "testdata/" + name + ".parquet"
		t.Run(name, func(t *testing.T) {
			formattest.Run(t, formattest.Suite{Path: path, Want: want(erc.Scores), Refuse: map[string]string{"gone.parquet": ": no such file"}})
		})
		t.Run(name+", classes", func(t *testing.T) {
			got := formattest.Open(t, path, dataset.Fields{Task: "classes"})
			wanted := want(erc.Classes)
			wanted.Name, wanted.Hash = name, got.Hash
			if diff := formattest.Diff(wanted, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// Long fixtures have lists that go over pages, and several row groups.
func TestLong(t *testing.T) {
	for _, name := range []string{"long", "split"} {
		got := formattest.Open(t, "testdata/"+name+".parquet", dataset.Fields{})
		if got.Dims != [erc.NumModalities]int{12, 3, 0} || len(got.Conversations) != 100 {
			t.Fatalf("%s: widths %v, %d conversations", name, got.Dims, len(got.Conversations))
		}
		rows := 0
		for d, conv := range got.Conversations {
			for turn, u := range conv.Utterances {
				i := 15*d + turn
				rows++
				text, audio := i%11 != 3, i%7 != 0 || i%11 == 3
				if conv.Name != fmt.Sprintf("d%02d", d) || u.Row != i || u.Turn != turn || int(conv.Split) != d%3 ||
					u.Label != float32(i%25)/4-3 || u.Present.Has(erc.Text) != text || u.Present.Has(erc.Audio) != audio {
					t.Fatalf("%s: row %d is %+v", name, i, u)
				}
				for j, x := range u.Features[erc.Text] {
					if want := float32((i*31+j*17)%1021) / 8; x != want {
						t.Fatalf("%s: row %d, text %d: got %g, want %g", name, i, j, x, want)
					}
				}
				if i%7 != 0 && u.Features[erc.Audio][1] != float32(-i) {
					t.Fatalf("%s: row %d, audio: got %v", name, i, u.Features[erc.Audio])
				}
			}
		}
		if rows != 1500 {
			t.Errorf("%s: %d rows, want 1500", name, rows)
		}
	}
}
