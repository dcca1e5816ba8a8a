package formattest

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gsdnet/erc"
)

// values is what the script that made a fixture says of it: the numbers as Python
// and numpy have them.
type values struct {
	Dialogues []string `json:"dialogues"`
	Speakers  []string `json:"speakers"`
	Classes   []string `json:"classes"`
	Rows      []struct {
		Dialogue int       `json:"dialogue"`
		Turn     int       `json:"turn"`
		Speaker  int       `json:"speaker"`
		Split    erc.Split `json:"split"`
		Label    *float64  `json:"label"`
		Class    *int32    `json:"class"`
		Text     []float64 `json:"text"` // null where missing
		Audio    []float64 `json:"audio"`
		Visual   []float64 `json:"visual"`
	} `json:"rows"`
}

// Want reads the corpus that a fixture should give from the JSON that its script
// wrote beside it, for a task.
func Want(t testing.TB, path string, task erc.Task) *erc.Corpus {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v values
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	c := &erc.Corpus{Task: task, Dialogues: v.Dialogues, Speakers: v.Speakers}
	if task == erc.Classes {
		c.NumClasses, c.Classes = len(v.Classes), v.Classes
	}
	for id, name := range v.Dialogues {
		c.Conversations = append(c.Conversations, erc.Conversation{ID: int32(id), Name: name})
	}
	for i, row := range v.Rows {
		u := erc.Utterance{Row: i, Turn: row.Turn, Speaker: erc.Speaker(row.Speaker), Label: float32(math.NaN()), Class: erc.Unlabelled}
		if task == erc.Scores && row.Label != nil {
			u.Label = float32(*row.Label)
		}
		if task == erc.Classes && row.Class != nil {
			u.Class = *row.Class
		}
		for m, x := range [][]float64{row.Text, row.Audio, row.Visual} {
			if x == nil {
				continue
			}
			c.Dims[m], u.Present = len(x), u.Present.With(erc.Modality(m))
			for _, value := range x {
				u.Features[m] = append(u.Features[m], float32(value))
			}
		}
		conv := &c.Conversations[row.Dialogue]
		conv.Split = row.Split
		conv.Utterances = append(conv.Utterances, u)
	}
	for i := range c.Conversations {
		slices.SortFunc(c.Conversations[i].Utterances, func(a, b erc.Utterance) int { return a.Turn - b.Turn })
	}
	return c
}
