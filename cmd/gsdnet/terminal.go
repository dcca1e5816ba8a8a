package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"

	"gsdnet/internal/fault"
)

// terminal is where a command reads and writes.
type terminal struct {
	out, err io.Writer
	live     bool // err is a terminal: progress may be drawn
	quiet    bool // no notes
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// note prints a remark to the standard error, unless --quiet is given.
func (t *terminal) note(format string, args ...any) {
	if !t.quiet {
		fmt.Fprintf(t.err, "gsdnet: note: "+format+"\n", args...)
	}
}

// columns returns the width of the terminal.
func (t *terminal) columns() int {
	if f, ok := t.err.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// fail prints an error and its hint, and returns the exit code.
func (t *terminal) fail(err error) int {
	if errors.Is(err, errNobodyReads) {
		return exitFailed
	}
	if errors.Is(err, context.Canceled) && fault.Of(err) == "" {
		err = fault.Failure("nothing was written", "stopped")
	}
	fmt.Fprintf(t.err, "gsdnet: error: %s\n", message(err))
	if h := advice(err); h != "" {
		fmt.Fprintf(t.err, "gsdnet: hint: %s\n", h)
	}
	if fault.IsInput(err) {
		return exitInput
	}
	return exitFailed
}

// message is an error on one line that can be printed, without the names of system
// calls.
func message(err error) string {
	text := err.Error()
	var path *fs.PathError
	if errors.As(err, &path) {
		text = strings.Replace(text, path.Error(), path.Path+": "+path.Err.Error(), 1)
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		text = strings.Replace(text, link.Error(), link.New+": "+link.Err.Error(), 1)
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f { // what could move the cursor of a terminal
			return '?'
		}
		return r
	}, text)
}

// advice is the hint of an error, or one for its kind.
func advice(err error) string {
	if h := fault.Of(err); h != "" {
		return h
	}
	for _, kind := range []struct {
		err  error
		hint string
	}{
		{fs.ErrNotExist, "check the path"},
		{fs.ErrPermission, "check the permissions of the file and of its folder"},
		{syscall.EISDIR, "give the path of a file, not of a folder"},
		{syscall.ENOTDIR, "give a path whose parents are folders"},
		{syscall.ENOSPC, "free some space on the disk"},
		{syscall.EROFS, "choose a place that can be written to"},
	} {
		if errors.Is(err, kind.err) {
			return kind.hint
		}
	}
	return ""
}

// sink is the standard output. It keeps the first error of a write, so that a result
// that was not written never counts as success.
type sink struct {
	to  io.Writer
	err error
}

// Write writes, unless a write failed before.
func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.to.Write(p)
	s.err = err
	return n, err
}

// errNobodyReads is the end of a pipe to a program that has read enough, such as head.
// It is not reported to the user.
var errNobodyReads = errors.New("nobody reads the output")

// fault says why the output was not written.
func (s *sink) fault() error {
	if errors.Is(s.err, syscall.EPIPE) {
		return errNobodyReads
	}
	cause := s.err
	var path *fs.PathError
	if errors.As(cause, &path) {
		cause = path.Err
	}
	return fault.Failure("make sure that the output can be written; the disk may be full", "writing the standard output: %w", cause)
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
