// Package missing decides which modality is absent where. It is seeded and
// pure: the same rule and the same generator give the same holes on every
// machine, and only Write and Read touch files.
//
// A Protocol is a way in which modalities go missing, and each is declared in one
// file: random.go, fixed.go, burst.go, imbalanced.go. A Rule is one point of a
// protocol, such as the rate 0.3 of the random one. Settings name rules as people
// write them. For validation and test a rule is drawn once over a whole split and
// kept (Freeze, a Mask, Write, Read, Audit); for training it is drawn anew for every
// conversation of every epoch (DrawOneOf). A mask of the training split is frozen only to
// delete its values for good (BlankMask, Mask.Delete). Start reading at Rule, then Protocol.
package missing

import (
	"math/rand/v2"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Rule says how absence is drawn: it is one point of a protocol.
type Rule struct {
	Protocol string // its name
	Family   string // one of the protocol's; "" is the default one
	Point    string // one of the protocol's, as Protocol.Points writes it
}

// Check returns an error unless the protocol, its family and its point are known.
func (r Rule) Check() error {
	p, err := Lookup(r.Protocol)
	if err != nil {
		return err
	}
	if slices.Contains(p.Points, r.Point) {
		_, err = p.family(r.Family)
		return err
	}
	point, err := p.parse(r.Point)
	if err != nil {
		return err
	}
	return fault.Input("write it as "+point, "%s %q of the %s protocol is not written as file names have it", p.Point, r.Point, p.Name)
}

// String returns the name used in tables: "random 0.3", "random batch 0.3" or
// "fixed {t,a}".
func (r Rule) String() string {
	point := r.Point
	if p, err := Lookup(r.Protocol); err == nil && p.Show != nil {
		point = p.Show(point)
	}
	if family := r.varied(); family != "" {
		return r.Protocol + " " + family + " " + point
	}
	return r.Protocol + " " + point
}

// Kind returns the protocol with its family, where that is not the default one:
// "random", "random-batch" or "fixed".
func (r Rule) Kind() string {
	if family := r.varied(); family != "" {
		return r.Protocol + "-" + family
	}
	return r.Protocol
}

// varied returns the family where it is not the default one, else "".
func (r Rule) varied() string {
	if p, err := Lookup(r.Protocol); err == nil && len(p.Families) > 0 && r.Family == p.Families[0] {
		return ""
	}
	return r.Family
}

// Expected returns the share of absent cells that the rule aims at in data that
// lack nothing.
func (r Rule) Expected() float64 { return r.law().Expected }

// Draw returns which modalities are left of utterances that have the available
// ones, for the conversations of a split at once, utterance by utterance. No
// utterance ends with none, unless it came with none. The rule must pass Check; Draw
// panics where it does not.
func (r Rule) Draw(conversations [][]erc.Present, rng *rand.Rand) []erc.Present {
	law := r.law()
	if law.Split != nil {
		return law.Split(slices.Concat(conversations...), rng)
	}
	var out []erc.Present
	for _, available := range conversations {
		out = append(out, law.Conversation(available, rng)...)
	}
	return out
}

// DrawConversation returns which modalities are left of the utterances of one
// conversation, for training. It is otherwise as Draw.
func (r Rule) DrawConversation(available []erc.Present, rng *rand.Rand) []erc.Present {
	return r.law().Conversation(available, rng)
}

// DrawOneOf draws one of the rules uniformly and then a conversation by it. It is how
// a model is trained for all points of a protocol.
func DrawOneOf(rules []Rule, available []erc.Present, rng *rand.Rand) []erc.Present {
	return rules[rng.IntN(len(rules))].DrawConversation(available, rng)
}

// law returns the law of a rule that passes Check.
func (r Rule) law() Law {
	if err := r.Check(); err != nil {
		panic("missing: " + err.Error())
	}
	r = r.named()
	p, _ := Lookup(r.Protocol)
	return p.Law(r.Family, r.Point)
}

// named returns the rule with its family by name.
func (r Rule) named() Rule {
	if p, err := Lookup(r.Protocol); err == nil && r.Family == "" && len(p.Families) > 0 {
		r.Family = p.Families[0]
	}
	return r
}
