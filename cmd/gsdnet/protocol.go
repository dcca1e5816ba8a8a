package main

import (
	"gsdnet/missing"
	"gsdnet/rundir"
)

// protocolFlags choose what is withheld.
type protocolFlags struct {
	Protocol string   `help:"Missing protocol: random or fixed." default:"random" placeholder:"NAME"`
	Family   string   `help:"Family of the random protocol: independent or batch." default:"independent" placeholder:"NAME"`
	Rates    []string `help:"Missing rates such as 0.0,0.3, or patterns of the fixed protocol such as t,tv,tav (default all)." placeholder:"LIST"`
}

// rules returns the rules that the flags ask for.
func (f *protocolFlags) rules() ([]missing.Rule, error) {
	m := rundir.Missing{Protocol: f.Protocol, Family: f.Family, Rate: "mixed"}
	if len(f.Rates) == 0 {
		return m.Rules()
	}
	var out []missing.Rule
	for _, rate := range f.Rates {
		m.Rate = rate
		rules, err := m.Rules()
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, nil
}
