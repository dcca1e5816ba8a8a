// Package erc holds the nouns of emotion recognition in conversation:
// Conversation, Utterance, Speaker, Modality, Present. It imports only the
// standard library and does nothing; every other package speaks in its words.
// Start reading at Corpus and descend.
package erc

import (
	"fmt"
	"strings"
)

// Modality is one of the three views of an utterance, in the fixed order
// text, audio, visual (the paper's l, a, v).
type Modality int

// The modalities, in the order in which every array of the project has them.
const (
	Text Modality = iota
	Audio
	Visual
)

// NumModalities is M of the paper.
const NumModalities = 3

// Modalities lists them in order, to range over.
var Modalities = [NumModalities]Modality{Text, Audio, Visual}

// String returns the name used in files: text, audio or visual.
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

// Letter returns the one-letter name of the tables: t, a or v.
func (m Modality) Letter() string { return m.String()[:1] }

// Present says which modalities of an utterance were observed; bit m is
// modality m. True means observed (the field disagrees on the polarity of
// "mask", so the word is not used).
type Present uint8

// All has every modality observed, None has none.
const (
	None Present = 0
	All  Present = 1<<NumModalities - 1
)

// Has reports whether m was observed.
func (p Present) Has(m Modality) bool { return p>>m&1 == 1 }

// With returns p with m observed.
func (p Present) With(m Modality) Present { return p | 1<<m }

// Count returns how many modalities were observed, 0 to 3.
func (p Present) Count() int {
	return int(p&1 + p>>1&1 + p>>2&1)
}

// String returns the availability pattern as the paper writes it, as {t,v}.
func (p Present) String() string {
	var letters []string
	for _, m := range Modalities {
		if p.Has(m) {
			letters = append(letters, m.Letter())
		}
	}
	return "{" + strings.Join(letters, ",") + "}"
}

// Letters returns the modalities that were observed without punctuation, as
// "tv"; of None it is empty.
func (p Present) Letters() string {
	var letters strings.Builder
	for _, m := range Modalities {
		if p.Has(m) {
			letters.WriteString(m.Letter())
		}
	}
	return letters.String()
}

// Split is the part of a corpus a conversation belongs to.
type Split int8

// The splits, numbered as in the npz container.
const (
	Train Split = iota
	Valid
	Test
)

// Splits lists them in order.
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

// HeldOut returns the held-out split of a name, valid or test; false for any other.
func HeldOut(name string) (Split, bool) {
	for _, s := range []Split{Valid, Test} {
		if name == s.String() {
			return s, true
		}
	}
	return 0, false
}

// Speaker numbers the speakers of one conversation.
type Speaker int32

// Unlabelled is the Class of an utterance that has none; a Label that is
// absent is NaN.
const Unlabelled int32 = -1

// Utterance is one turn of a conversation.
type Utterance struct {
	Turn    int     // position in the file's numbering, unique in the conversation
	Speaker Speaker // who spoke
	// Features holds the raw vectors, one a modality, of the corpus's Dims.
	// A modality that is not Present has nil.
	Features [NumModalities][]float32
	Present  Present
	Label    float32 // sentiment score in [-3,3], NaN when unlabelled
	Class    int32   // emotion class from 0, Unlabelled when there is none
	Row      int     // row in the file it was read from, for messages and for writing back
}

// Conversation is a sequence of utterances in the order of their turns.
type Conversation struct {
	ID         int32  // the file's dialogue number
	Name       string // the corpus's own name for it, or "dialogue N"
	Split      Split
	Utterances []Utterance
}

// Task is what a corpus is labelled with, and so what a model predicts.
type Task int

// A corpus with both kinds of label is read as Scores unless asked otherwise.
const (
	Scores  Task = iota // a sentiment score in [-3,3]
	Classes             // one of a few emotion classes
	NoLabels
)

// String returns scores, classes or none.
func (t Task) String() string { return [...]string{"scores", "classes", "none"}[t] }

// Corpus is a set of conversations with the same features and labels.
type Corpus struct {
	Name          string
	Task          Task
	NumClasses    int                // of the Classes task, else 0
	Dims          [NumModalities]int // raw feature widths D_m
	Conversations []Conversation     // ordered by ID
	Hash          string             // SHA-256 of the file (or of the generator's settings), hexadecimal
	// Dialogues and Speakers hold the names as the file has them, by
	// Conversation.ID and Utterance.Speaker. They are nil where the file has
	// numbers.
	Dialogues, Speakers []string
	// Classes holds the names of the classes by Utterance.Class, and Channels those
	// of the raw features; nil where the file does not name them.
	Classes  []string
	Channels [NumModalities][]string
}

// In returns the conversations of one split, in order.
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
