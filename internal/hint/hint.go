// Package hint makes errors that say what to do next. Whoever finds a fault
// knows best what would mend it, so the hint is written there and printed by
// the command on a line of its own.
package hint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

type fault struct {
	err   error
	hint  string
	input bool
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// Input returns an error for something the user gave: a flag, a config, a
// file. Commands exit with 2 on it. The format may wrap an error with %w.
func Input(hint, format string, args ...any) error {
	return &fault{err: fmt.Errorf(format, args...), hint: hint, input: true}
}

// Failure returns an error for something that went wrong all the same: a full
// disk, a run that diverged. Commands exit with 1 on it.
func Failure(hint, format string, args ...any) error {
	return &fault{err: fmt.Errorf(format, args...), hint: hint}
}

// Of returns the outermost hint of an error, or "".
func Of(err error) string {
	var f *fault
	if errors.As(err, &f) {
		return f.hint
	}
	return ""
}

// Cause returns the fault that err wraps without what was wrapped around it,
// or err itself where it has none: for libraries that tell their own story of
// where an error came through.
func Cause(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return err
}

// IsInput reports whether the fault is in what the user gave.
func IsInput(err error) bool {
	var f *fault
	return errors.As(err, &f) && f.input
}

// OneOf returns an Input error unless value is one of known.
func OneOf(name, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return Input("choose one of "+strings.Join(known, ", "), "%s = %q is not known", name, value)
}
