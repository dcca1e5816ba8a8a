package rundir

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/missing"
)

// mixed asks for a rate (or pattern) drawn anew for every conversation.
const mixed = "mixed"

// Rules returns the rules that training draws from and validation is frozen by:
// all of the protocol's for "mixed", else the one.
func (m Missing) Rules() ([]missing.Rule, error) {
	var all []missing.Rule
	one := missing.Rule{Protocol: missing.Protocol(m.Protocol), Family: missing.Family(m.Family)}
	switch one.Protocol {
	case missing.Random:
		all = missing.RandomRules(one.Family)
	case missing.Fixed:
		all = missing.FixedRules()
		one.Family = ""
	default:
		return nil, one.Check()
	}
	rate := fmt.Sprint(m.Rate)
	if rate == mixed && all != nil {
		return all, all[0].Check()
	}
	var err error
	if one.Protocol == missing.Fixed {
		if one.Pattern, err = missing.ParsePattern(rate); err != nil {
			return nil, err
		}
	} else if one.Rate, err = strconv.ParseFloat(rate, 64); err != nil {
		return nil, hint.Input(`use "mixed" or one of 0.0, 0.1, … 0.7`, "missing.rate = %q is not a rate", rate)
	}
	return []missing.Rule{one}, one.Check()
}

// withhold draws what is left of one training conversation.
func Withhold(rules []missing.Rule, available []erc.Present, rng *rand.Rand) []erc.Present {
	return rules[rng.IntN(len(rules))].DrawConversation(available, rng)
}

// Freeze draws the masks of a split, one a rule.
func Freeze(c *erc.Corpus, s erc.Split, rules []missing.Rule, seed uint64) ([]missing.Mask, error) {
	masks := make([]missing.Mask, len(rules))
	for i, rule := range rules {
		var err error
		if masks[i], err = missing.Freeze(c, s, rule, seed); err != nil {
			return nil, err
		}
	}
	return masks, nil
}
