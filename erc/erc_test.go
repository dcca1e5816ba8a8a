package erc_test

import (
	"slices"
	"testing"

	"gsdnet/erc"
)

func TestPresent(t *testing.T) {
	for _, c := range []struct {
		present erc.Present
		count   int
		text    string
		letters string
	}{
		{erc.None, 0, "{}", ""},
		{erc.None.With(erc.Text), 1, "{t}", "t"},
		{erc.None.With(erc.Visual).With(erc.Text), 2, "{t,v}", "tv"},
		{erc.None.With(erc.Audio).With(erc.Audio), 1, "{a}", "a"},
		{erc.All, 3, "{t,a,v}", "tav"},
	} {
		if got := c.present.Letters(); c.present.Count() != c.count || c.present.String() != c.text || got != c.letters {
			t.Errorf("%08b: got %d, %s and %q, want %d, %s and %q", c.present, c.present.Count(), c.present, got, c.count, c.text, c.letters)
		}
	}
	for p := erc.None; p <= erc.All; p++ {
		count := 0
		for _, m := range erc.Modalities {
			if p.Has(m) {
				count++
			}
			if !p.With(m).Has(m) {
				t.Errorf("%s with %s lacks it", p, m)
			}
		}
		if count != p.Count() {
			t.Errorf("%s: Has finds %d, Count %d", p, count, p.Count())
		}
	}
}

func TestNames(t *testing.T) {
	got := []string{
		erc.Text.String(), erc.Audio.Letter(), erc.Visual.String(), erc.Modality(7).String(),
		erc.Train.String(), erc.Valid.String(), erc.Test.String(), erc.Split(9).String(),
		erc.Scores.String(), erc.Classes.String(), erc.NoLabels.String(), erc.Task(7).String(),
		(&erc.Conversation{ID: 4}).String(), (&erc.Conversation{ID: 4, Name: "Ses01"}).String(),
	}
	want := []string{"text", "a", "visual", "modality(7)", "train", "valid", "test", "split(9)", "scores", "classes", "none", "task(7)", "dialogue 4", "Ses01"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeldOut(t *testing.T) {
	for name, want := range map[string]erc.Split{"valid": erc.Valid, "test": erc.Test} {
		if got, known := erc.HeldOut(name); !known || got != want {
			t.Errorf("%s: got %v, %v", name, got, known)
		}
	}
	for _, name := range []string{"train", "", "Test", "split(1)"} {
		if got, known := erc.HeldOut(name); known {
			t.Errorf("%q is held out, as %v", name, got)
		}
	}
}

func TestInKeepsTheOrder(t *testing.T) {
	c := &erc.Corpus{Conversations: []erc.Conversation{
		{ID: 3, Split: erc.Test, Utterances: make([]erc.Utterance, 4)},
		{ID: 1, Split: erc.Train, Utterances: make([]erc.Utterance, 2)},
		{ID: 2, Split: erc.Test, Utterances: make([]erc.Utterance, 1)},
	}}
	var ids []int32
	for _, conv := range c.In(erc.Test) {
		ids = append(ids, conv.ID)
	}
	if want := []int32{3, 2}; !slices.Equal(ids, want) {
		t.Errorf("test split: got %v, want %v", ids, want)
	}
	if got := c.In(erc.Valid); len(got) != 0 {
		t.Errorf("valid split: got %v", got)
	}
	if got := erc.CountUtterances(c.In(erc.Test)); got != 5 {
		t.Errorf("got %d utterances, want 5", got)
	}
}
