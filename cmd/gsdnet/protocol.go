package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"gsdnet/missing"
)

// protocolFlags choose what is withheld.
type protocolFlags struct {
	Protocol string   `help:"Missing protocol: ${protocols}." default:"${protocol}" placeholder:"NAME"`
	Family   string   `help:"Family of the protocol: ${families}. Other protocols ignore it." default:"${family}" placeholder:"NAME"`
	Rates    []string `help:"Points of the protocol to draw: ${points} (default all)." placeholder:"LIST"`
}

// rules returns the rules that the flags ask for.
func (f *protocolFlags) rules() ([]missing.Rule, error) {
	return missing.Settings{Protocol: f.Protocol, Family: f.Family}.RulesAt(f.Rates)
}

// protocolVars are what the help of protocolFlags says of the declared protocols.
func protocolVars() kong.Vars {
	byDefault := missing.DefaultSettings()
	var names, families, points []string
	for _, p := range missing.Protocols() {
		names = append(names, fmt.Sprintf("%s (%s)", p.Name, p.Help))
		points = append(points, fmt.Sprintf("of %s, %s", p.Name, p.Write))
		if p.Families != nil {
			families = append(families, fmt.Sprintf("of %s, %s", p.Name, either(p.Families)))
		}
	}
	return kong.Vars{
		"protocol": byDefault.Protocol, "family": byDefault.Family,
		"protocols": either(names), "families": strings.Join(families, "; "), "points": strings.Join(points, "; "),
	}
}

// either joins alternatives: "a, b or c".
func either(all []string) string {
	last := len(all) - 1
	if last == 0 {
		return all[0]
	}
	return strings.Join(all[:last], ", ") + " or " + all[last]
}
