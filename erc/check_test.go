package erc_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gsdnet/erc"
)

// corpus returns a valid corpus of two conversations of two utterances each.
func corpus() *erc.Corpus {
	c := &erc.Corpus{Name: "made", Dims: [erc.NumModalities]int{3, 2, 1}}
	for id := range int32(2) {
		conv := erc.Conversation{ID: id, Split: erc.Test}
		for turn := range 2 {
			conv.Utterances = append(conv.Utterances, erc.Utterance{
				Turn: turn, Present: erc.All,
				Features: [erc.NumModalities][]float32{{1, 2, 3}, {4, 5}, {6}},
			})
		}
		c.Conversations = append(c.Conversations, conv)
	}
	return c
}

func TestCheckAcceptsValidCorpora(t *testing.T) {
	nan := float32(math.NaN())
	for name, change := range map[string]func(c *erc.Corpus, u *erc.Utterance){
		"as made":              func(*erc.Corpus, *erc.Utterance) {},
		"absent":               func(_ *erc.Corpus, u *erc.Utterance) { u.Present, u.Features[0] = 0b110, nil },
		"stored though absent": func(_ *erc.Corpus, u *erc.Utterance) { u.Present, u.Features[0] = 0b110, []float32{nan, nan, nan} },
		"unlabelled":           func(_ *erc.Corpus, u *erc.Utterance) { u.Label, u.Class = nan, erc.Unlabelled },
		"largest score":        func(_ *erc.Corpus, u *erc.Utterance) { u.Label = -erc.MaxScore },
		"gap in turns":         func(c *erc.Corpus, _ *erc.Utterance) { c.Conversations[0].Utterances[1].Turn = 90 },
		"named speakers": func(c *erc.Corpus, u *erc.Utterance) {
			c.Dialogues, c.Speakers, u.Speaker = []string{"x", "y"}, []string{"Ann", "Ben"}, 1
		},
		"negative turn":        func(_ *erc.Corpus, u *erc.Utterance) { u.Turn = -4 },
		"classes":              func(c *erc.Corpus, u *erc.Utterance) { c.Task, c.NumClasses, u.Class = erc.Classes, 3, 2 },
		"labels of no task":    func(c *erc.Corpus, u *erc.Utterance) { c.Task, u.Label, u.Class = erc.NoLabels, 9, 9 },
		"without the modality": func(c *erc.Corpus, _ *erc.Utterance) { without(c, erc.Visual) },
	} {
		c := corpus()
		change(c, &c.Conversations[0].Utterances[0])
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// without removes a modality from a corpus.
func without(c *erc.Corpus, m erc.Modality) {
	c.Dims[m] = 0
	for i := range c.Conversations {
		for j := range c.Conversations[i].Utterances {
			u := &c.Conversations[i].Utterances[j]
			u.Present, u.Features[m] = u.Present&^(1<<m), nil
		}
	}
}

func TestCheckNamesTheFault(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		want   string
		change func(c *erc.Corpus, conv *erc.Conversation, u *erc.Utterance)
	}{
		{"there are no conversations", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Conversations = nil }},
		{"task 7 is not known", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Task = 7 }},
		{"0 classes, want 1 to 1000", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Task = erc.Classes }},
		{"audio is -1 wide, want 0 to 65536", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Dims[1] = -1 }},
		{"audio is 65537 wide", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Dims[1] = erc.MaxWidth + 1 }},
		{"no modality has features: all widths are 0", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Dims = [erc.NumModalities]int{} }},
		{"conversation 1 (dialogue 0): its dialogue number 0 is also that of conversation 0", func(_ *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) { conv.ID = 0 }},
		{"conversation 1 (dialogue -1): its dialogue number -1 is negative", func(_ *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) { conv.ID = -1 }},
		{"conversation 1 (dialogue 1): its split 3 is not known", func(_ *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) { conv.Split = 3 }},
		{"conversation 1 (the end): it has no utterances", func(_ *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) {
			conv.Name, conv.Utterances = "the end", nil
		}},
		{"utterance 1 (turn 0): its turn does not come after turn 0 of the utterance before", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Turn = 0 }},
		{"its dialogue number 1 has no name: there are 1", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Dialogues = []string{"a"} }},
		{"its speaker 0 has no name: there are 0", func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Speakers = []string{} }},
		{"its speaker -1 is negative", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Speaker = -1 }},
		{"utterance 1 (turn 1): it has no modality", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Present = erc.None }},
		{"Present is 15", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Present = 15 }},
		{"its label +Inf is not a score in [-3.5,3.5]", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Label = inf }},
		{"its class 3 is not in -1 to 2", func(c *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) {
			c.Task, c.NumClasses, u.Class = erc.Classes, 3, 3
		}},
		{"conversation 1 (dialogue 1), utterance 1 (turn 1), audio: 3 features, want 2", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[1] = []float32{1, 2, 3} }},
		{"audio: 1 features, want 2", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[1] = []float32{1} }},
		{"audio: it is present, but there are no features", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[1] = nil }},
		{"text: 4 features, want 3", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) {
			u.Present, u.Features[0] = 0b110, make([]float32, 4)
		}},
		{"text: feature 2 is +Inf, not a finite number", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0][2] = inf }},
		{"text: feature 0 is NaN, not a finite number", func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0][0] = inf - inf }},
		{"visual: it is present, but the corpus does not have this modality", func(c *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) {
			without(c, erc.Visual)
			u.Present = erc.All
		}},
	} {
		made := corpus()
		conv := &made.Conversations[1]
		c.change(made, conv, &conv.Utterances[1])
		err := made.Check()
		var fault *erc.Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line with %q", err, c.want)
		}
	}
	var none *erc.Corpus
	if err := none.Check(); err == nil || err.Error() != "the corpus is nil" {
		t.Errorf("nil: got %v", err)
	}
}

// A fault holds its place as indices, for callers that name a row of a file.
func TestFaultPlace(t *testing.T) {
	c := corpus()
	c.Conversations[1].Utterances[0].Speaker = -1
	var fault *erc.Fault
	if !errors.As(c.Check(), &fault) || fault.Conversation != 1 || fault.Utterance != 0 {
		t.Errorf("got %+v, want conversation 1, utterance 0", fault)
	}
	c.Task = -1
	if !errors.As(c.Check(), &fault) || fault.Conversation != -1 || fault.Utterance != -1 {
		t.Errorf("got %+v, want no place", fault)
	}
}

// Check reports the first fault in the order of the corpus, and changes nothing.
func TestCheckReportsTheFirstFault(t *testing.T) {
	c := corpus()
	c.Conversations[0].Utterances[1].Speaker = -1
	c.Conversations[1].Utterances[0].Present = erc.None
	want := "conversation 0 (dialogue 0), utterance 1 (turn 1): its speaker -1 is negative"
	for range 2 {
		if err := c.Check(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestCheckBoundsTheNumberOfUtterances(t *testing.T) {
	const each = 1 << 12
	c, utterances := corpus(), make([]erc.Utterance, each)
	for range erc.MaxUtterances / each {
		c.Conversations = append(c.Conversations, erc.Conversation{Utterances: utterances})
	}
	if err, want := c.Check(), "4194308 utterances, want at most 4194304"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
