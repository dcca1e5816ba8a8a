package diffusion

import (
	"fmt"
	"slices"
	"strings"
)

// registry holds the declarations of one sort, in the order of their names.
type registry[D any] struct {
	noun     string // what a declaration is, for errors
	names    []string
	declared []D
}

// add declares d under a name and returns d. It panics if the name is empty or taken.
func (r *registry[D]) add(name string, d D) D {
	at, taken := slices.BinarySearch(r.names, name)
	if taken || name == "" {
		panic(fmt.Sprintf("diffusion: the %s %q is declared twice or has no name", r.noun, name))
	}
	r.names = slices.Insert(r.names, at, name)
	r.declared = slices.Insert(r.declared, at, d)
	return d
}

// find returns the declaration of a name, or an error that lists the names.
func (r *registry[D]) find(name string) (D, error) {
	if at, known := slices.BinarySearch(r.names, name); known {
		return r.declared[at], nil
	}
	var none D
	return none, fmt.Errorf("%q is not a %s: use one of %s", name, r.noun, strings.Join(r.names, ", "))
}

// list returns a copy of the declarations.
func (r *registry[D]) list() []D { return slices.Clone(r.declared) }
