package missing

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Protocol declares one way in which modalities go missing. A protocol is one file
// of this package that calls Declare in its init. Everything that depends on
// protocols (settings, grids, masks, reports, help) iterates over the declarations.
type Protocol struct {
	Name string // in settings, flags, file names and tables; lower-case letters only
	Help string // says in one clause what is withheld

	// Point is the noun for one point of the protocol, such as "rate". A grid lists
	// the points that it evaluates under the plural, such as rates = [0.3, 0.5].
	Point   string
	Points  []string // of an evaluation, in the order of tables, as file names write them
	Write   string   // says how a point is written, such as "a missing rate such as 0.3"
	Numbers bool     // the points are numbers, in a grid and in the list of masks

	// Families are variants of the whole protocol, the default first; nil where there
	// are none.
	Families []string

	// Parse reads a point as people may write it and returns it as Points has it. Nil
	// accepts what Points lists and nothing else.
	Parse func(text string) (string, error)
	Show  func(point string) string // returns a point as tables show it; nil: unchanged

	// Law returns what withholds cells at one of the Points, in one of the Families.
	Law func(family, point string) Law

	// What reports do with the protocol, beyond its tables.
	Table int    // number of the table of the paper that has the protocol; 0: none
	Axis  string // label of the points as the horizontal axis of figures; "": no figures
	Shown string // point at which a sweep keeps recovered features; "": none
}

// Law withholds cells at one point of a protocol.
type Law struct {
	Expected float64     // share of absent cells that is aimed at in data that lack nothing
	Run      float64     // mean length of a run of absent cells in long conversations; 0: not specified
	Pattern  erc.Present // what every utterance keeps, where that is the same for all; else none

	// Conversation returns what is left of the utterances of one conversation, of
	// which the data have the available modalities. It invents nothing, and an
	// utterance that has a modality keeps at least one.
	Conversation func(available []erc.Present, rng *rand.Rand) []erc.Present

	// Split does the same for all conversations of a split at once, where that makes
	// the realised rate more exact. Nil draws conversation by conversation.
	Split func(available []erc.Present, rng *rand.Rand) []erc.Present
}

var protocols []Protocol

var letters = regexp.MustCompile("^[a-z]+$")

// Declare adds a protocol. It panics where the declaration is not whole or takes the
// name of another.
func Declare(p Protocol) {
	if p.Name == "" || p.Help == "" || p.Point == "" || p.Write == "" || len(p.Points) == 0 || p.Law == nil {
		panic(fmt.Sprintf("missing: the declaration of protocol %q is not whole", p.Name))
	}
	if !letters.MatchString(p.Name) { // a hyphen separates the family in a kind
		panic(fmt.Sprintf("missing: the name of protocol %q is not made of lower-case letters", p.Name))
	}
	for _, other := range protocols {
		if other.Name == p.Name || other.Point == p.Point {
			panic(fmt.Sprintf("missing: protocols %q and %q have the same name or the same noun for a point", other.Name, p.Name))
		}
	}
	protocols = append(protocols, p)
	place := func(p Protocol) string { // the default one stands first
		if p.Name == Default {
			return ""
		}
		return p.Name
	}
	slices.SortFunc(protocols, func(a, b Protocol) int { return strings.Compare(place(a), place(b)) })
}

// Protocols returns the declarations: the default one, then the others by name.
func Protocols() []Protocol { return slices.Clone(protocols) }

// Names returns the names of the protocols, in the order of Protocols.
func Names() []string {
	var out []string
	for _, p := range protocols {
		out = append(out, p.Name)
	}
	return out
}

// Lookup returns the protocol of a name; the error lists the names there are.
func Lookup(name string) (Protocol, error) {
	for _, p := range protocols {
		if p.Name == name {
			return p, nil
		}
	}
	return Protocol{}, fault.OneOf("protocol", name, Names()...)
}

// OfKind returns the protocol whose rules have a kind (Rule.Kind), false where there
// is none.
func OfKind(kind string) (Protocol, bool) {
	name, family, varied := strings.Cut(kind, "-")
	p, err := Lookup(name)
	return p, err == nil && (!varied || slices.Contains(p.Families, family))
}

// Rules returns one rule for each point of the protocol, in one of its families;
// "" is the default family.
func (p Protocol) Rules(family string) []Rule {
	rules := make([]Rule, 0, len(p.Points))
	for _, point := range p.Points {
		rules = append(rules, Rule{Protocol: p.Name, Family: family, Point: point})
	}
	return rules
}

// AllRules returns the rules of every protocol and family, in the order of tables.
func AllRules() []Rule {
	var all []Rule
	for _, p := range protocols {
		if p.Families == nil {
			all = append(all, p.Rules("")...)
		}
		for _, family := range p.Families {
			all = append(all, p.Rules(family)...)
		}
	}
	return all
}

// defaultRules returns the rules of every protocol, each in its default family.
func defaultRules() []Rule {
	var every []Rule
	for _, p := range protocols {
		every = append(every, p.Rules("")...)
	}
	return every
}

// Complete returns the rule of the default protocol under which nothing is withheld.
func Complete() Rule {
	p, _ := Lookup(Default)
	return p.Rules("")[0]
}

// parse returns a point as Points has it.
func (p Protocol) parse(text string) (string, error) {
	if p.Parse != nil {
		return p.Parse(text)
	}
	if slices.Contains(p.Points, text) {
		return text, nil
	}
	return "", fault.Input("choose one of "+strings.Join(p.Points, ", "), "%s %q is not known", p.Point, text)
}

// family returns the family that a name stands for, and an error for one that the
// protocol does not have.
func (p Protocol) family(name string) (string, error) {
	switch {
	case p.Families == nil && name == "":
		return "", nil
	case p.Families == nil:
		return "", fault.Input("leave the family out", "the %s protocol has no families, but the family is %q", p.Name, name)
	case name == "":
		return p.Families[0], nil
	}
	return name, fault.OneOf("family", name, p.Families...)
}
