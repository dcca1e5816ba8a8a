package missing

import (
	"fmt"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// BlankRule returns the rule of the mask whose values are deleted from the training split
// at a rate: the random protocol in its default family. It is an error if the rate is 0 or
// not one of that protocol.
func BlankRule(rate float64) (Rule, error) {
	p, _ := Lookup(Random)
	rules, err := Settings{Protocol: p.Name, Family: p.Families[0], Rate: rate}.Rules()
	if err == nil && rules[0].Point == p.Points[0] {
		err = fault.Input("", "nothing is deleted")
	}
	if err != nil {
		return Rule{}, fault.Input(fmt.Sprintf("choose one of the rates %v", rates[1:]), "blank %g is not a rate of values to delete", rate)
	}
	return rules[0], nil
}

// BlankMask draws the frozen mask of the training split whose values are deleted before
// training, by the rate Blank and the seed of the settings. All runs with these settings
// have the same mask. It returns false if the settings delete nothing.
func (s Settings) BlankMask(c *erc.Corpus) (Mask, bool, error) {
	if s.Blank == 0 {
		return Mask{}, false, nil
	}
	rule, err := BlankRule(s.Blank)
	if err != nil {
		return Mask{}, false, err
	}
	mask, err := Freeze(c, erc.Train, rule, s.Seed)
	return mask, err == nil, err
}

// Delete returns the corpus without the features that the mask withholds from its split:
// they are as if the data had never had them. The given corpus is not changed. Delete
// panics if the mask was drawn for another number of utterances.
func (m Mask) Delete(c *erc.Corpus) *erc.Corpus {
	out := *c
	out.Conversations = slices.Clone(c.Conversations)
	present := m.ByConversation(c.In(m.Split))
	at := 0
	for i := range out.Conversations {
		conv := &out.Conversations[i]
		if conv.Split != m.Split {
			continue
		}
		conv.Utterances = slices.Clone(conv.Utterances)
		for j := range conv.Utterances {
			u := &conv.Utterances[j]
			u.Present &= present[at][j]
			for _, mod := range erc.Modalities {
				if !u.Present.Has(mod) {
					u.Features[mod] = nil
				}
			}
		}
		at++
	}
	return &out
}
