package main

import (
	"github.com/alecthomas/kong"

	"gsdnet/engine"
)

// backendFlag and jsonFlag are shared by the verbs.
type backendFlag struct {
	Backend string `help:"Backend that computes: ${backends}." placeholder:"NAME"`
}

// backendVars are what the help of backendFlag says of the declared backends.
func backendVars() kong.Vars { return kong.Vars{"backends": engine.Help()} }

type jsonFlag struct {
	JSON bool `help:"Print JSON." name:"json"`
}
