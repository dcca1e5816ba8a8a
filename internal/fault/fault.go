// Package fault makes errors that say what to do next: a message, and a hint that the
// command prints on a line of its own.
//
//	return fault.Input("choose an odd number", "kernel = %d is even", kernel)
//
// The code that finds a fault knows best how to mend it, so the hint is written there.
// Start reading at Input and Failure.
package fault

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

// Input returns an error in what the user gave: a flag, a setting, a file. Commands exit
// with 2 on it. The format may wrap an error with %w.
func Input(hint, format string, args ...any) error {
	return &fault{err: fmt.Errorf(format, args...), hint: hint, input: true}
}

// Failure returns an error that good input can meet: a full disk, a training that
// diverged. Commands exit with 1 on it.
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

// Cause returns the fault that err wraps, without the text that was wrapped around it, or
// err itself if it wraps none. It drops what a library adds on the way, such as the names
// of its own functions.
func Cause(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return err
}

// IsInput reports whether an error is one of Input.
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
