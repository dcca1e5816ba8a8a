// Package missing decides which modality is absent where. It is seeded and
// pure: the same rule and the same generator give the same holes on every
// machine, and only Write and Read touch files.
//
// A Rule names a protocol: "random" at one of the eight rates, or "fixed" to one
// of the seven availability patterns. For validation and test it is drawn once
// over a whole split and kept (Freeze, a Mask, Write, Read, Audit); for training
// it is drawn anew for every conversation of every epoch (Rule.DrawConversation,
// DrawMixed). Start reading at Rule, then Draw.
package missing

import (
	"fmt"
	"math"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/hint"
)

// Protocol is the way in which modalities go missing.
type Protocol string

// The two protocols of the literature.
const (
	Random Protocol = "random" // a share of the (utterance, modality) cells is absent
	Fixed  Protocol = "fixed"  // every utterance has the same modalities
)

// Family says how a random rate is spread over utterances, that is, how many
// utterances have one, two and three modalities.
type Family string

// The two families have the same rates and differ in the shares; see Rule.Shares.
const (
	Independent Family = "independent" // each further modality goes independently (GCNet); the default
	Batch       Family = "batch"       // the shares of DiCMoR and IMDer, here by utterance and not by batch
)

// Rates are the missing rates of the random protocol. A rate is the share of
// absent (utterance, modality) cells when every utterance keeps at least one
// modality; 0.7 is the literature's name for exactly one modality each, which
// really is 2/3.
var Rates = [8]float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}

// Patterns are the seven availability patterns of the fixed protocol, in the
// order of the paper's tables: {t}, {a}, {v}, {t,a}, {t,v}, {a,v}, {t,a,v}.
var Patterns = [7]erc.Present{0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111}

// Rule says how absence is drawn. A zero Family is Independent.
type Rule struct {
	Protocol Protocol
	Family   Family      // of Random
	Rate     float64     // of Random, one of Rates
	Pattern  erc.Present // of Fixed, what is left
}

// RandomRules returns the rules of the random protocol, one for each of Rates.
func RandomRules(f Family) []Rule {
	rules := make([]Rule, 0, len(Rates))
	for _, rate := range Rates {
		rules = append(rules, Rule{Protocol: Random, Family: f, Rate: rate})
	}
	return rules
}

// FixedRules returns the rules of the fixed protocol, one for each of Patterns.
func FixedRules() []Rule {
	rules := make([]Rule, 0, len(Patterns))
	for _, p := range Patterns {
		rules = append(rules, Rule{Protocol: Fixed, Pattern: p})
	}
	return rules
}

// Check returns an error unless the rule is one of the protocols': a known
// protocol and family, a rate among Rates, a pattern that is not empty.
func (r Rule) Check() error {
	switch r.Protocol {
	case Random:
		if r.step() < 0 {
			return hint.Input("the rates are 0.0, 0.1, … 0.7", "missing rate %g is not known", r.Rate)
		}
		return hint.OneOf("family", string(r.family()), string(Independent), string(Batch))
	case Fixed:
		if r.Pattern == erc.None || r.Pattern > erc.All {
			return hint.Input("name one to three of the letters t, a, v", "a fixed pattern leaves at least one modality")
		}
		return nil
	}
	return hint.OneOf("protocol", string(r.Protocol), string(Random), string(Fixed))
}

// String returns the name used in tables: "random 0.3", "random batch 0.3" or
// "fixed {t,a}".
func (r Rule) String() string {
	switch {
	case r.Protocol == Fixed:
		return "fixed " + r.Pattern.String()
	case r.family() == Independent:
		return fmt.Sprintf("random %.1f", r.Rate)
	}
	return fmt.Sprintf("random %s %.1f", r.family(), r.Rate)
}

// Expected returns the share of absent cells that the rule aims at in data that
// lack nothing: Rate, but 2/3 for 0.7.
func (r Rule) Expected() float64 {
	if r.Protocol == Fixed {
		return 1 - float64(r.Pattern.Count())/erc.NumModalities
	}
	s := r.Shares()
	return (2*s[0] + s[1]) / erc.NumModalities
}

// ParsePattern reads a pattern as people write it: "ta", "t,a" or "{t,a}".
func ParsePattern(s string) (erc.Present, error) {
	var p erc.Present
	for _, letter := range strings.Trim(s, "{}") {
		if letter == ',' || letter == ' ' {
			continue
		}
		m := erc.Modality(strings.IndexRune("tav", letter))
		if m < 0 || p.Has(m) {
			return erc.None, hint.Input("name one to three of the letters t, a, v", "pattern %q is not known", s)
		}
		p = p.With(m)
	}
	if p == erc.None {
		return erc.None, hint.Input("name one to three of the letters t, a, v", "pattern %q leaves no modality", s)
	}
	return p, nil
}

// letters is the inverse of ParsePattern: "ta".
func letters(p erc.Present) string {
	return strings.NewReplacer("{", "", "}", "", ",", "").Replace(p.String())
}

func (r Rule) family() Family {
	if r.Family == "" {
		return Independent
	}
	return r.Family
}

// step returns the index of Rate in Rates, -1 if it is not there.
func (r Rule) step() int {
	for i, rate := range Rates {
		if math.Abs(r.Rate-rate) < 1e-9 {
			return i
		}
	}
	return -1
}
