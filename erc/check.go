package erc

import (
	"fmt"
	"math"
)

// Limits of a corpus.
const (
	MaxScore      = 3.5     // of the absolute value of a score; scores minus their mean may exceed 3
	MaxClasses    = 1000    // of emotion classes
	MaxWidth      = 1 << 16 // of the features of one modality
	MaxUtterances = 1 << 22 // of all conversations together
)

// Fault is the error that Check returns: a problem and its place.
type Fault struct {
	Conversation int    // index in Conversations; −1 for a fault of the whole corpus
	Utterance    int    // index in its Utterances; −1 for a fault of a conversation or of the corpus
	Place        string // the place in words, with dialogue, turn and modality; "" for the whole corpus
	Problem      string // such as "11 features, want 12"
}

// Error returns the place and the problem on one line.
func (f *Fault) Error() string {
	if f.Place == "" {
		return f.Problem
	}
	return f.Place + ": " + f.Problem
}

// Check returns a *Fault for the first problem in a corpus, or nil if all of this holds:
//
//   - There is at least one conversation, no conversation is empty, and there are at
//     most MaxUtterances utterances.
//   - Dialogue numbers are unique and not negative. Turns rise within a conversation.
//   - Dims are from 0 to MaxWidth, and at least one is above 0. Width 0 means that the
//     corpus does not have the modality; then it is not Present in any utterance.
//   - Every utterance has at least one modality. The vector of a modality that is Present
//     is finite and has the modality's width. The vector of one that is not Present is
//     nil or has that width, and its values are not read.
//   - Labels of the Scores task are NaN or within ±MaxScore. Classes of the Classes task
//     are Unlabelled or from 0 to NumClasses−1, and NumClasses is from 1 to MaxClasses.
//   - Splits are Train, Valid or Test. Speakers are not negative.
//   - Dialogues and Speakers are nil or have a name for every number in use.
//
// Every corpus is checked before a model is trained on it or applied to it, whether it
// was read from a file or made in memory.
func (c *Corpus) Check() error {
	if fault := c.fault(); fault != nil {
		return fault
	}
	return nil
}

func (c *Corpus) fault() *Fault {
	if c == nil {
		return whole("the corpus is nil")
	}
	if fault := c.checkHead(); fault != nil {
		return fault
	}
	number := map[int32]int{}
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		if first, taken := number[conv.ID]; taken {
			return c.at(i, "its dialogue number %d is also that of conversation %d", conv.ID, first)
		}
		number[conv.ID] = i
		if fault := c.checkConversation(i); fault != nil {
			return fault
		}
	}
	return nil
}

// checkHead checks the task, the widths and the sizes.
func (c *Corpus) checkHead() *Fault {
	if c.Task < Scores || c.Task > NoLabels {
		return whole("task %d is not known", int(c.Task))
	}
	if c.Task == Classes && (c.NumClasses < 1 || c.NumClasses > MaxClasses) {
		return whole("%d classes, want 1 to %d", c.NumClasses, MaxClasses)
	}
	some := false
	for _, m := range Modalities {
		if c.Dims[m] < 0 || c.Dims[m] > MaxWidth {
			return whole("%s is %d wide, want 0 to %d", m, c.Dims[m], MaxWidth)
		}
		some = some || c.Dims[m] > 0
	}
	switch n := CountUtterances(c.Conversations); {
	case !some:
		return whole("no modality has features: all widths are 0")
	case len(c.Conversations) == 0:
		return whole("there are no conversations")
	case n > MaxUtterances:
		return whole("%d utterances, want at most %d", n, MaxUtterances)
	}
	return nil
}

func (c *Corpus) checkConversation(i int) *Fault {
	conv := &c.Conversations[i]
	switch {
	case conv.ID < 0:
		return c.at(i, "its dialogue number %d is negative", conv.ID)
	case conv.Split < Train || conv.Split > Test:
		return c.at(i, "its split %d is not known", int8(conv.Split))
	case len(conv.Utterances) == 0:
		return c.at(i, "it has no utterances")
	case c.Dialogues != nil && int(conv.ID) >= len(c.Dialogues):
		return c.at(i, "its dialogue number %d has no name: there are %d", conv.ID, len(c.Dialogues))
	}
	for j := range conv.Utterances {
		if j > 0 && conv.Utterances[j].Turn <= conv.Utterances[j-1].Turn {
			return c.at(i, "its turn does not come after turn %d of the utterance before", conv.Utterances[j-1].Turn).utterance(conv, j)
		}
		if problem := c.checkUtterance(&conv.Utterances[j]); problem != "" {
			return c.at(i, "%s", problem).utterance(conv, j)
		}
		for _, m := range Modalities {
			if problem := c.checkFeatures(&conv.Utterances[j], m); problem != "" {
				fault := c.at(i, "%s", problem).utterance(conv, j)
				fault.Place += ", " + m.String()
				return fault
			}
		}
	}
	return nil
}

// checkUtterance returns the problem of an utterance apart from its features, or "".
func (c *Corpus) checkUtterance(u *Utterance) string {
	switch y := float64(u.Label); {
	case u.Speaker < 0:
		return fmt.Sprintf("its speaker %d is negative", u.Speaker)
	case c.Speakers != nil && int(u.Speaker) >= len(c.Speakers):
		return fmt.Sprintf("its speaker %d has no name: there are %d", u.Speaker, len(c.Speakers))
	case u.Present == None:
		return "it has no modality"
	case u.Present > All:
		return fmt.Sprintf("it has a modality that is not known: Present is %d", uint8(u.Present))
	case c.Task == Scores && math.Abs(y) > MaxScore:
		return fmt.Sprintf("its label %g is not a score in [-%g,%g]", y, MaxScore, MaxScore)
	case c.Task == Classes && (u.Class < Unlabelled || int(u.Class) >= c.NumClasses):
		return fmt.Sprintf("its class %d is not in %d to %d", u.Class, Unlabelled, c.NumClasses-1)
	}
	return ""
}

// checkFeatures returns the problem of one modality of an utterance, or "".
func (c *Corpus) checkFeatures(u *Utterance, m Modality) string {
	x, present := u.Features[m], u.Present.Has(m)
	switch {
	case present && c.Dims[m] == 0:
		return "it is present, but the corpus does not have this modality: its width is 0"
	case present && x == nil:
		return "it is present, but there are no features"
	case x != nil && len(x) != c.Dims[m]:
		return fmt.Sprintf("%d features, want %d", len(x), c.Dims[m])
	case !present:
		return ""
	}
	for j, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Sprintf("feature %d is %v, not a finite number", j, v)
		}
	}
	return ""
}

// whole returns a fault of the whole corpus.
func whole(format string, args ...any) *Fault {
	return &Fault{Conversation: -1, Utterance: -1, Problem: fmt.Sprintf(format, args...)}
}

// at returns a fault of conversation i.
func (c *Corpus) at(i int, format string, args ...any) *Fault {
	fault := whole(format, args...)
	fault.Conversation, fault.Place = i, fmt.Sprintf("conversation %d (%s)", i, &c.Conversations[i])
	return fault
}

// utterance adds an utterance of the conversation to the place of the fault and returns
// the fault.
func (f *Fault) utterance(conv *Conversation, j int) *Fault {
	f.Utterance = j
	f.Place += fmt.Sprintf(", utterance %d (turn %d)", j, conv.Utterances[j].Turn)
	return f
}

// String returns the conversation's name, or "dialogue N" with its ID if it has no name.
func (c *Conversation) String() string {
	if c.Name != "" {
		return c.Name
	}
	return fmt.Sprintf("dialogue %d", c.ID)
}
