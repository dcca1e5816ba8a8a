package missing_test

import (
	"slices"
	"testing"

	"gsdnet/missing"
)

func TestSettingsNameRulesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		settings missing.Settings
		want     string
	}{
		{missing.Settings{Protocol: "random", Rate: 0.3}, "random 0.3"},
		{missing.Settings{Protocol: "random", Rate: "0.30"}, "random 0.3"},
		{missing.Settings{Protocol: "random", Rate: 0}, "random 0.0"},
		{missing.Settings{Protocol: "random", Family: "independent", Rate: 0.3}, "random 0.3"},
		{missing.Settings{Protocol: "random", Family: "batch", Rate: 0.3}, "random batch 0.3"},
		{missing.Settings{Protocol: "fixed", Rate: "{v, t}"}, "fixed {t,v}"},
		{missing.Settings{Protocol: "fixed", Family: "batch", Rate: "ta"}, "fixed {t,a}"}, // fixed has no families
		{missing.Settings{Protocol: "burst", Rate: ".5x15"}, "burst 0.5x15"},
		{missing.Settings{Protocol: "imbalanced", Rate: "0.8-0.5-0.2"}, "imbalanced 0.8-0.5-0.2"},
	} {
		rules, err := c.settings.Rules()
		if err != nil || len(rules) != 1 || rules[0].String() != c.want {
			t.Errorf("%+v: got %v, %v, want %s", c.settings, rules, err, c.want)
			continue
		}
		if err := rules[0].Check(); err != nil {
			t.Errorf("%s: %v", rules[0], err)
		}
	}
}

// Every has all points of all protocols, each protocol in its default family; evaluation
// stays with the protocol.
func TestEveryProtocol(t *testing.T) {
	settings := missing.Settings{Protocol: "fixed", Rate: missing.Every}
	rules, err := settings.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range missing.Protocols() {
		for _, want := range p.Rules("") {
			if !slices.Contains(rules, want) {
				t.Errorf("%s is not among them", want)
			}
		}
		rules = slices.DeleteFunc(rules, func(r missing.Rule) bool { return r.Protocol == p.Name })
	}
	if len(rules) > 0 {
		t.Errorf("got %v beside the rules of all protocols", rules)
	}
	if at, err := settings.RulesAt(nil); err != nil || len(at) != 7 {
		t.Errorf("got %v, %v to evaluate under, want the seven patterns", at, err)
	}
}

func TestMixedIsEveryPoint(t *testing.T) {
	total := 0
	for _, p := range missing.Protocols() {
		rules, err := missing.Settings{Protocol: p.Name, Family: "independent", Rate: missing.Mixed}.Rules()
		if err != nil || len(rules) != len(p.Points) {
			t.Errorf("%s: got %d rules, %v, want %d", p.Name, len(rules), err, len(p.Points))
		}
		without, err := missing.Settings{Protocol: p.Name}.RulesAt(nil)
		if err != nil || len(without) != len(rules) {
			t.Errorf("%s: got %d rules at no points, %v, want all", p.Name, len(without), err)
		}
		last := len(p.Points) - 1
		some, err := missing.Settings{Protocol: p.Name}.RulesAt([]string{p.Points[last], p.Points[0]})
		if err != nil || len(some) != 2 || some[0] != without[last] || some[1] != without[0] {
			t.Errorf("%s: got %v, %v, want %v and %v", p.Name, some, err, without[last], without[0])
		}
		total += len(p.Points) * max(len(p.Families), 1)
	}
	if got := len(missing.AllRules()); got != total {
		t.Errorf("got %d rules of all protocols, want %d", got, total)
	}
	if names := missing.Names(); names[0] != missing.Default || !slices.IsSorted(names[1:]) {
		t.Errorf("got %v, want the default protocol and the others by name", names)
	}
}

func TestSettingsRefuse(t *testing.T) {
	for _, c := range []struct {
		settings missing.Settings
		want     string
	}{
		{missing.Settings{}, `protocol = "" is not known`},
		{missing.Settings{Protocol: "sometimes", Rate: "mixed"}, `protocol = "sometimes" is not known`},
		{missing.Settings{Protocol: "random", Rate: "often"}, `missing.rate = "often" is not a rate`},
		{missing.Settings{Protocol: "random", Rate: 0.25}, "missing rate 0.25 is not known"},
		{missing.Settings{Protocol: "random", Family: "gcnet", Rate: "mixed"}, `family = "gcnet" is not known`},
		{missing.Settings{Protocol: "fixed", Rate: 0.3}, `pattern "0.3" is not known`},
		{missing.Settings{Protocol: "burst", Rate: "0.5x15x"}, `burst "0.5x15x" is not known`},
	} {
		_, err := c.settings.Rules()
		wantInput(t, err, c.want)
	}
}

// The kind of a rule leads back to its protocol.
func TestKinds(t *testing.T) {
	kinds := map[string]bool{}
	for _, rule := range missing.AllRules() {
		p, known := missing.OfKind(rule.Kind())
		if !known || p.Name != rule.Protocol {
			t.Errorf("%s: kind %s leads to %q, %t", rule, rule.Kind(), p.Name, known)
		}
		kinds[rule.Kind()] = true
	}
	for _, kind := range []string{"random", "random-batch", "fixed", "burst", "imbalanced"} {
		if !kinds[kind] {
			t.Errorf("no rule is of kind %s", kind)
		}
	}
	for _, kind := range []string{"", "random-gcnet", "fixed-batch", "half"} {
		if _, known := missing.OfKind(kind); known {
			t.Errorf("kind %q is known", kind)
		}
	}
}

func TestNothingIsWithheldUnderTheCompleteRule(t *testing.T) {
	if got := missing.Complete(); got.Expected() != 0 || got.Protocol != missing.Default {
		t.Errorf("got %s, which expects %g", got, got.Expected())
	}
}

func TestDeclarationsAreWholeAndDiffer(t *testing.T) {
	law := func(string, string) missing.Law { return missing.Law{} }
	for what, p := range map[string]missing.Protocol{
		"without a law":        {Name: "a", Help: "b", Point: "c", Write: "d", Points: []string{"e"}},
		"without points":       {Name: "a", Help: "b", Point: "c", Write: "d", Law: law},
		"with a hyphen":        {Name: "a-b", Help: "b", Point: "c", Write: "d", Points: []string{"e"}, Law: law},
		"of the same name":     {Name: "fixed", Help: "b", Point: "c", Write: "d", Points: []string{"e"}, Law: law},
		"with the same points": {Name: "a", Help: "b", Point: "rate", Write: "d", Points: []string{"e"}, Law: law},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a protocol %s was declared", what)
				}
			}()
			missing.Declare(p)
		}()
	}
}
