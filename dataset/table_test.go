package dataset_test

import (
	"math"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	"gsdnet/erc"
)

// small is a table of two conversations, in no order.
func small() *dataset.Table {
	return &dataset.Table{
		Path: "f.x", Hash: "0", Rows: 3,
		Features: [erc.NumModalities]*dataset.Matrix{erc.Audio: {Width: 2, Values: []float32{1, 2, 3, 4, 5, 6}, Names: []string{"pitch", "energy"}}},
		Class:    []int64{1, -1, 0}, Classes: []string{"calm", "joy", "rage"},
		Dialogue: []int64{1, 0, 0}, Dialogues: []string{"a", "b"},
		Turn: []int64{0, 7, 3}, Speaker: []int64{0, 1, 0}, Split: []int64{2, 0, 0},
	}
}

// A table becomes a corpus, and a corpus the table again.
func TestTableCorpus(t *testing.T) {
	got, err := small().Corpus("")
	if err != nil {
		t.Fatal(err)
	}
	formattest.Verify(t, got)
	// Three names are three classes, though one does not occur.
	if got.Task != erc.Classes || got.NumClasses != 3 || got.Channels[erc.Audio][1] != "energy" || got.Name != "f" {
		t.Errorf("got %+v", got)
	}
	if u := got.Conversations[0].Utterances; len(u) != 2 || u[0].Turn != 3 || u[0].Class != 0 || u[1].Speaker != 1 || got.Conversations[1].Name != "b" {
		t.Errorf("got conversations %+v", got.Conversations)
	}
	table, err := dataset.Tabulate(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := table.Corpus("classes")
	if err != nil {
		t.Fatal(err)
	}
	for i := range again.Conversations {
		for j := range again.Conversations[i].Utterances {
			again.Conversations[i].Utterances[j].Row = got.Conversations[i].Utterances[j].Row
		}
	}
	if diff := formattest.Diff(got, again); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// Whatever a format puts into a table, what is wrong with it is one line.
func TestTableRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*dataset.Table){
		`f.x: column "turn": not in the file`:                              func(t *dataset.Table) { t.Turn = nil },
		`f.x: column "turn": 2 values for 3 utterances`:                    func(t *dataset.Table) { t.Turn = t.Turn[:2] },
		`f.x: column "text": no features of any modality`:                  func(t *dataset.Table) { t.Features[erc.Audio] = nil },
		`f.x: column "audio": 5 values, want 3 rows of 2`:                  func(t *dataset.Table) { t.Features[erc.Audio].Values = make([]float32, 5) },
		`f.x: column "audio": 1 names for 2 features`:                      func(t *dataset.Table) { t.Features[erc.Audio].Names = []string{"pitch"} },
		`f.x: column "audio": width 0`:                                     func(t *dataset.Table) { t.Features[erc.Audio] = &dataset.Matrix{} },
		`f.x: column "audio": 0 rows`:                                      func(t *dataset.Table) { t.Rows = 0 },
		`f.x: column "audio", row 1: channel 0 is NaN, but channel 1`:      func(t *dataset.Table) { t.Features[erc.Audio].Values[2] = float32(math.NaN()) },
		`f.x: column "present", row 0: no modality at all`:                 func(t *dataset.Table) { t.Present = make([]erc.Present, 3) },
		`f.x: column "present", row 0: 1 for text, but the file has no`:    func(t *dataset.Table) { t.Present = []erc.Present{erc.All, erc.All, erc.All} },
		`f.x: column "dialogue", row 2: 2 is not in 0 to 1`:                func(t *dataset.Table) { t.Dialogue[2] = 2 },
		`f.x: column "dialogue", row 1: the name is empty`:                 func(t *dataset.Table) { t.Dialogues[0] = "" },
		`f.x: column "speaker", row 1: -1 is not in`:                       func(t *dataset.Table) { t.Speaker[1] = -1 },
		`f.x: column "split", row 0: 3 is not in 0 to 2`:                   func(t *dataset.Table) { t.Split[0] = 3 },
		`f.x: column "class", row 0: 1000 is not in -1 to 999`:             func(t *dataset.Table) { t.Class[0] = 1000 },
		`f.x: column "turn", row 2: dialogue "a" has turn 7 already, in`:   func(t *dataset.Table) { t.Turn[2] = 7 },
		`f.x: column "split", row 1: dialogue "a" is in test here, but in`: func(t *dataset.Table) { t.Split[1] = 2 },
	} {
		table := small()
		spoil(table)
		corpus, err := table.Corpus("")
		formattest.Refused(t, "f.x", err, want)
		if corpus != nil {
			t.Errorf("%s: got a corpus", want)
		}
	}
}
