// Package erc defines the data types of emotion recognition in conversation: a Corpus
// holds Conversations, a Conversation holds Utterances, and an Utterance holds the
// features of up to three Modalities, a Speaker and a label. Every other package uses
// these types. The package imports only the standard library.
//
// A corpus can be made in memory. Check says what is wrong with it:
//
//	corpus := &erc.Corpus{
//		Dims: [erc.NumModalities]int{2, 1, 0}, // text and audio, no visual
//		Conversations: []erc.Conversation{{Utterances: []erc.Utterance{{
//			Features: [erc.NumModalities][]float32{{0.5, 1}, {3}},
//			Present:  erc.None.With(erc.Text).With(erc.Audio),
//			Label:    1.5,
//		}}}},
//	}
//	err := corpus.Check()
//
// Start reading at Corpus, then Utterance and Present.
package erc

import (
	"fmt"
	"strings"
)

// Modality is one of the three channels of an utterance: text, audio or visual (l, a
// and v in the GSDNet paper).
type Modality int

// The modalities, in the order of every array of the project that has an axis of
// modalities.
const (
	Text Modality = iota
	Audio
	Visual
)

// NumModalities is the number of modalities, M in the GSDNet paper.
const NumModalities = 3

// Modalities lists the modalities in order.
var Modalities = [NumModalities]Modality{Text, Audio, Visual}

// String returns the name in files: text, audio or visual.
func (m Modality) String() string {
	switch m {
	case Text:
		return "text"
	case Audio:
		return "audio"
	case Visual:
		return "visual"
	}
	return fmt.Sprintf("modality(%d)", int(m))
}

// Letter returns the first letter of the name: t, a or v.
func (m Modality) Letter() string { return m.String()[:1] }

// Present is the set of modalities of an utterance that were observed. Bit m is set if
// modality m was observed. (Papers disagree on whether a 1 in a "mask" means observed or
// missing, so this package does not use the word.)
type Present uint8

// None is the empty set, All is the set of all modalities.
const (
	None Present = 0
	All  Present = 1<<NumModalities - 1
)

// Has reports whether p contains m.
func (p Present) Has(m Modality) bool { return p>>m&1 == 1 }

// With returns p with m added.
func (p Present) With(m Modality) Present { return p | 1<<m }

// Count returns the number of modalities in p, 0 to 3.
func (p Present) Count() int {
	return int(p&1 + p>>1&1 + p>>2&1)
}

// String returns p in the notation of the GSDNet paper, such as "{t,v}".
func (p Present) String() string {
	var letters []string
	for _, m := range Modalities {
		if p.Has(m) {
			letters = append(letters, m.Letter())
		}
	}
	return "{" + strings.Join(letters, ",") + "}"
}

// Letters returns the letters of the modalities in p, such as "tv". For None it returns
// "".
func (p Present) Letters() string {
	var letters strings.Builder
	for _, m := range Modalities {
		if p.Has(m) {
			letters.WriteString(m.Letter())
		}
	}
	return letters.String()
}

// Split is the part of a corpus that a conversation belongs to.
type Split int8

// The splits, numbered as in the npz container.
const (
	Train Split = iota
	Valid
	Test
)

// Splits lists the splits in order.
var Splits = [3]Split{Train, Valid, Test}

// String returns train, valid or test.
func (s Split) String() string {
	switch s {
	case Train:
		return "train"
	case Valid:
		return "valid"
	case Test:
		return "test"
	}
	return fmt.Sprintf("split(%d)", int8(s))
}

// ParseSplit returns the split that a word names: train, valid (or val, dev, validation) or
// test.
func ParseSplit(word string) (split Split, known bool) {
	switch word {
	case "train":
		return Train, true
	case "valid", "val", "dev", "validation":
		return Valid, true
	case "test":
		return Test, true
	}
	return 0, false
}

// HeldOut returns the split of the name "valid" or "test". It returns false for any other
// name, "train" included.
func HeldOut(name string) (Split, bool) {
	for _, s := range []Split{Valid, Test} {
		if name == s.String() {
			return s, true
		}
	}
	return 0, false
}

// Speaker is the number of a speaker, from 0. If Corpus.Speakers is not nil, it is an
// index there.
type Speaker int32

// Unlabelled is the Class of an utterance without a class. A missing Label is NaN.
const Unlabelled int32 = -1

// Utterance is one turn of a conversation.
type Utterance struct {
	Turn    int     // number of the turn in the file; it rises within a conversation
	Speaker Speaker // who spoke
	// Features holds the raw feature vector of each modality, of the width Corpus.Dims.
	// The vector of a modality that is not Present is nil or is not read.
	Features [NumModalities][]float32
	Present  Present // the modalities that were observed
	Label    float32 // sentiment score, normally in [-3,3]; NaN if there is none
	Class    int32   // emotion class from 0; Unlabelled if there is none
	Row      int     // row in the file that it was read from, for messages and results
}

// Conversation is a sequence of utterances in the order of their turns.
type Conversation struct {
	ID         int32  // dialogue number in the file, unique in the corpus
	Name       string // name in the corpus; "" if it has none
	Split      Split
	Utterances []Utterance // in the order of their Turn
}

// Task is the kind of label that a corpus has and a model predicts.
type Task int

// The tasks. A file with both kinds of label is read as Scores unless the user chooses
// Classes.
const (
	Scores   Task = iota // a sentiment score, normally in [-3,3]
	Classes              // one of Corpus.NumClasses emotion classes
	NoLabels             // no labels: a model can be applied, not trained
)

// String returns scores, classes or none.
func (t Task) String() string {
	switch t {
	case Scores:
		return "scores"
	case Classes:
		return "classes"
	case NoLabels:
		return "none"
	}
	return fmt.Sprintf("task(%d)", int(t))
}

// Corpus is a set of conversations with the same kinds of features and labels. Check
// lists what must hold.
type Corpus struct {
	Name          string
	Task          Task
	NumClasses    int                // number of classes of the Classes task; otherwise 0
	Dims          [NumModalities]int // width D_m of each modality's features; 0 if the corpus lacks it
	Conversations []Conversation     // in the order of their ID
	Hash          string             // SHA-256 of the file, or of the generator's settings, in hexadecimal
	// Dialogues and Speakers are the names in the file, indexed by Conversation.ID and
	// Utterance.Speaker. They are nil if the file has numbers instead of names.
	Dialogues, Speakers []string
	// Classes holds the names of the classes by Utterance.Class, and Channels those
	// of the raw features; nil where the file does not name them.
	Classes  []string
	Channels [NumModalities][]string
}

// In returns the conversations of one split in the order of the corpus.
func (c *Corpus) In(s Split) []Conversation {
	var out []Conversation
	for _, conv := range c.Conversations {
		if conv.Split == s {
			out = append(out, conv)
		}
	}
	return out
}

// CountUtterances returns the number of utterances in all the conversations.
func CountUtterances(convs []Conversation) int {
	n := 0
	for i := range convs {
		n += len(convs[i].Utterances)
	}
	return n
}
