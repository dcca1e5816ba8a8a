package rundir_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/rundir"
)

// six returns a new corpus of 3 training, 1 validation and 2 test conversations.
func six() *erc.Corpus {
	return synthetic.New(synthetic.Config{Train: 3, Valid: 1, Test: 2, MinTurns: 2, MaxTurns: 3, Dims: [3]int{2, 2, 2}})
}

// Difference describes the difference between two corpora, and returns "" for equal ones.
func TestFingerprintDifference(t *testing.T) {
	fingerprint := rundir.NewFingerprint(six())
	for _, c := range []struct {
		want   string
		change func(*erc.Corpus)
	}{
		{"", func(*erc.Corpus) {}},
		{"", func(c *erc.Corpus) { c.Conversations[0].ID, c.Conversations[0].Name = 900, "another name" }},
		{"2 conversations moved from train to test, 1 conversation moved from valid to train", func(c *erc.Corpus) {
			c.Conversations[0].Split, c.Conversations[1].Split, c.Conversations[3].Split = erc.Test, erc.Test, erc.Train
		}},
		{"1 conversation of the run not in it", func(c *erc.Corpus) { c.Conversations = c.Conversations[1:] }},
		{"other labels", func(c *erc.Corpus) { c.Conversations[5].Utterances[0].Label++ }},
		{"1 conversation new or with other features, 1 conversation of the run not in it", func(c *erc.Corpus) {
			c.Conversations[2].Utterances[1].Features[erc.Audio][1]++
		}},
		{"1 conversation new or with other features, 1 conversation of the run not in it", func(c *erc.Corpus) {
			u := &c.Conversations[2].Utterances[1]
			u.Present, u.Features[erc.Text] = erc.All&^1, nil
		}},
		{"none of its 1 conversation is among the run's 6 conversations", func(c *erc.Corpus) {
			c.Conversations = c.Conversations[:1]
			c.Conversations[0].Utterances[0].Features[erc.Audio][1]++
		}},
	} {
		other := six()
		c.change(other)
		if got := fingerprint.Difference(other); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// CountTrainedOn finds training conversations with another split and number.
func TestFingerprintFindsTrainingConversations(t *testing.T) {
	fingerprint, other := rundir.NewFingerprint(six()), six()
	other.Conversations[1].Split, other.Conversations[1].ID = erc.Test, 77
	if got := fingerprint.CountTrainedOn(other.In(erc.Test)); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

// TrainingLabels returns the sorted labels after a round trip through JSON.
func TestFingerprintKeepsTrainingLabels(t *testing.T) {
	for _, task := range []erc.Task{erc.Scores, erc.Classes} {
		c := six()
		c.Task = task
		var want []float64
		for i := range c.Conversations {
			for j := range c.Conversations[i].Utterances {
				u := &c.Conversations[i].Utterances[j]
				u.Class = int32(j % 2)
				if i == 0 && j == 0 {
					u.Label, u.Class = float32(math.NaN()), erc.Unlabelled
					continue
				}
				if c.Conversations[i].Split == erc.Train {
					want = append(want, map[erc.Task]float64{erc.Scores: float64(u.Label), erc.Classes: float64(u.Class)}[task])
				}
			}
		}
		text, err := json.Marshal(rundir.NewFingerprint(c))
		if err != nil {
			t.Fatal(err)
		}
		var fingerprint rundir.Fingerprint
		if err := json.Unmarshal(text, &fingerprint); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if got := fingerprint.TrainingLabels(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", task, got, want)
		}
	}
}
