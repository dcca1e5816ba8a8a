package main

import (
	"strings"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// fieldFlags choose which array of a data file plays which part.
type fieldFlags struct {
	Set []string `help:"Read KEY from the array NAME of the file, for example data.text=text_unsup. The flag may be repeated." placeholder:"data.KEY=NAME" sep:"none"`
}

// over returns the fields with the flags applied.
func (f *fieldFlags) over(fields dataset.Fields) (dataset.Fields, error) {
	c := rundir.DefaultConfig()
	c.Data = fields
	for _, assignment := range f.Set {
		if !strings.HasPrefix(strings.TrimSpace(assignment), "data.") {
			return fields, fault.Input("write it as --set data.label=NAME; docs/config.md lists the keys under [data]", "--set %q: only keys of [data] can be set here", assignment)
		}
		if err := c.Set(assignment); err != nil {
			return fields, err
		}
	}
	return c.Data, nil
}
