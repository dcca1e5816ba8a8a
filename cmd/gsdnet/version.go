package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
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
	_, err := fmt.Fprintf(app.Stdout, "gsdnet %s %s %s/%s\n", stamped(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	app.Exit(0)
	return err
}

// unstamped is the version of a build that nobody gave one.
const unstamped = "(devel)"

// stamped returns the version that the build was given.
func stamped() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	if v == "" {
		v = unstamped
	}
	return v
}

// programVersion names the version of the program so that two programs with the same name
// compute the same: processes that share a sweep compare it. A build without a version has
// the beginning of the SHA-256 of its file.
func programVersion() (string, error) {
	v := stamped()
	if v != unstamped {
		return v, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %x", v, sum.Sum(nil)[:8]), nil
}
