package pickled

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/pickle"
)

// heldOut is how many training conversations there are for one of validation, in
// files that name none.
const heldOut = 10

// Conversation is one that a file lists in its splits.
type Conversation struct {
	Name  string
	key   pickle.Value
	Split erc.Split
}

// Conversations lists the conversations of the three splits, each in the order of
// their names. If valid is nil, every tenth training conversation is one of
// validation, since training needs some.
func Conversations(train, valid, test pickle.Value) ([]Conversation, error) {
	var out []Conversation
	for _, split := range erc.Splits {
		keys, _ := Items([]pickle.Value{train, valid, test}[split])
		some, err := inOrder(keys, split)
		if err != nil {
			return nil, err
		}
		if split == erc.Train && valid == nil {
			for i := heldOut - 1; i < len(some); i += heldOut {
				some[i].Split = erc.Valid
			}
		}
		out = append(out, some...)
	}
	return out, nil
}

// inOrder sorts the keys of a split, numbers as numbers, and drops repetitions.
func inOrder(keys []pickle.Value, split erc.Split) ([]Conversation, error) {
	var out []Conversation
	for _, key := range keys {
		name, ok := nameOf(key)
		if !ok {
			return nil, fmt.Errorf("a conversation has neither a text nor a number for its name")
		}
		out = append(out, Conversation{name, key, split})
	}
	slices.SortFunc(out, func(a, b Conversation) int {
		x, isNumber := a.key.(int64)
		if y, too := b.key.(int64); isNumber && too {
			return cmp.Compare(x, y)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return slices.CompactFunc(out, func(a, b Conversation) bool { return a.Name == b.Name }), nil
}

func nameOf(key pickle.Value) (string, bool) {
	switch k := key.(type) {
	case int64:
		return fmt.Sprint(k), true
	case string:
		return Text(k)
	}
	return "", false
}

// In returns what a dictionary holds of a conversation, nil without anything.
func (c *Conversation) In(dictionary pickle.Value) pickle.Value {
	d, ok := dictionary.(*pickle.Dict)
	if !ok {
		return nil
	}
	if name, isText := c.key.(string); isText {
		out, _ := d.Get(name)
		return out
	}
	for i, k := range d.Keys {
		if n, isNumber := k.(int64); isNumber && n == c.key {
			return d.Values[i]
		}
	}
	return nil
}

// IEMOCAP lists the emotions of IEMOCAP by their numbers in these files; the four
// first are those of the division into four.
var IEMOCAP = []string{"happy", "sad", "neutral", "angry", "excited", "frustrated"}

// FromIEMOCAP reports whether a conversation is one of IEMOCAP's, such as
// Ses01F_impro01.
func (c *Conversation) FromIEMOCAP() bool {
	session, _, found := strings.Cut(c.Name, "_")
	return found && strings.HasPrefix(session, "Ses") && len(session) > 5
}

// Speaker names a speaker: F and M of IEMOCAP are others in every session.
func (c *Conversation) Speaker(name string) string {
	if c.FromIEMOCAP() {
		return c.Name[:5] + "_" + name
	}
	return name
}
