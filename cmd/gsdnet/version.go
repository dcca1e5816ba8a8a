package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// version is set by the linker, as the Makefile does.
var version string

// versionFlag prints the version and ends.
type versionFlag bool

// BeforeReset is called by the parser when the flag is given, before anything else
// on the command line is checked.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	if v == "" {
		v = "(devel)"
	}
	_, err := fmt.Fprintf(app.Stdout, "gsdnet %s %s %s/%s\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	app.Exit(0)
	return err
}
