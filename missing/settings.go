package missing

import "fmt"

// Default is the protocol of settings that name none.
const Default = Random

// Words that stand where one point of a protocol could be named.
const (
	Mixed        = "mixed"    // all points
	Every        = "every"    // all points of all protocols
	CompleteOnly = "complete" // none: nothing is withheld
)

// Settings say what is withheld in training and validation. They are the table
// [missing] of a config.
type Settings struct {
	Protocol string `toml:"protocol"` // what goes missing together: the name of a protocol (docs/protocol.md)
	Family   string `toml:"family"`   // family of the protocol random: independent or batch; other protocols ignore it
	Rate     any    `toml:"rate"`     // mixed, or one point of the protocol, such as 0.3 or "{t,v}", or every: all points of all protocols, or complete: nothing is withheld
	Seed     uint64 `toml:"seed"`     // seed of the frozen masks
	// rate of a frozen mask of the training split whose values are deleted before training: 0.1 to 0.7, such as 0.3; 0 deletes nothing
	Blank float64 `toml:"blank,omitempty" limit:"0..0.7"`
}

// DefaultSettings returns the default protocol, in its default family, at all points.
func DefaultSettings() Settings {
	p, _ := Lookup(Default)
	return Settings{Protocol: p.Name, Family: p.Families[0], Rate: Mixed}
}

// Rules returns the rules that training draws from and that validation masks are
// frozen by: all of the protocol's for "mixed", those of all protocols for "every", the
// rule that withholds nothing for "complete", else the one.
func (s Settings) Rules() ([]Rule, error) {
	p, err := Lookup(s.Protocol)
	if err != nil {
		return nil, err
	}
	family := s.Family
	if p.Families == nil {
		family = ""
	}
	switch fmt.Sprint(s.Rate) {
	case CompleteOnly:
		return []Rule{Complete()}, nil
	case Every:
		return defaultRules(), nil
	}
	rules := p.Rules(family)
	if text := fmt.Sprint(s.Rate); text != Mixed {
		point, err := p.parse(text)
		if err != nil {
			return nil, err
		}
		rules = []Rule{{Protocol: p.Name, Family: family, Point: point}}
	}
	return rules, rules[0].Check()
}

// RulesAt returns the rules at the given points, or at all where none is given.
func (s Settings) RulesAt(points []string) ([]Rule, error) {
	if len(points) == 0 {
		s.Rate = Mixed
		return s.Rules()
	}
	var out []Rule
	for _, point := range points {
		s.Rate = point
		rules, err := s.Rules()
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, nil
}
