package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
)

// Kind is a model that can be asked for by name.
type Kind struct {
	Name    string
	Summary string // one line for --help
	// Order is the place of the model among the models of a table, the lowest first:
	// below 100 for a model that completes conversations without a learnt model, 100 to 199
	// for a published one, and from 200 on for GSDNet and its variants.
	Order int
	// Config returns a pointer to the model's settings at their defaults, with
	// toml tags: the [model] table of a config, less its name.
	Config func() any
	// New builds the model from such settings. It refuses settings that do not
	// go together with an error that names them.
	New func(config any, setup Setup) (Model, error)
}

var kinds = map[string]Kind{}

// register adds a kind. It panics if the name is taken.
func register(k Kind) {
	if _, taken := kinds[k.Name]; taken {
		panic(fmt.Sprintf("model: %q is registered twice", k.Name))
	}
	kinds[k.Name] = k
}

// Lookup finds a kind by name.
func Lookup(name string) (Kind, error) {
	k, ok := kinds[name]
	if !ok {
		return Kind{}, fault.Input("choose one of "+strings.Join(Names(), ", "), "model %q is not known", name)
	}
	return k, nil
}

// Names lists the registered kinds in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(kinds)) }

// Offer registers a model by its Order, its default settings and its constructor. Numbers among the
// settings have limits in a tag (package internal/limit), which are checked before build is
// called. Offer is called from init functions, and panics if the name is taken.
func Offer[C any, M Model](order int, name, summary string, byDefault func() C, build func(C, Setup) (M, error)) {
	register(Kind{
		Name: name, Summary: summary, Order: order,
		Config: func() any { c := byDefault(); return &c },
		New: func(c any, s Setup) (Model, error) {
			if err := limit.Check(name, c); err != nil {
				return nil, err
			}
			m, err := build(*c.(*C), s)
			if err != nil {
				return nil, err
			}
			return m, nil
		},
	})
}
