package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Every verb reports that its output could not be written.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("SKIPPED: no /dev/full")
	}
	defer full.Close()
	matrixFolder(t)
	for _, name := range words() {
		if name == "worker" { // prints nothing before it finds a head
			continue
		}
		args := accepted(t, name)
		if name == "demo" { // prints as the others do, after half a minute
			args = []string{"demo", "--help"}
		}
		var errs bytes.Buffer
		code := run(t.Context(), args, &terminal{out: full, err: &errs})
		want := "gsdnet: error: writing the standard output: no space left on device\n"
		if code != exitFailed || !strings.HasPrefix(errs.String(), want) {
			t.Errorf("gsdnet %s: code %d, %q", args, code, errs.String())
		}
	}
}

// clumsy is an output that breaks in the middle of a verb.
type clumsy struct{}

func (clumsy) Write([]byte) (int, error) { panic("out of cheese") }

func TestInternalErrors(t *testing.T) {
	for _, trace := range []string{"", "1"} {
		t.Setenv("GSDNET_TRACE", trace)
		var errs bytes.Buffer
		code := run(t.Context(), []string{"data", "describe", "synthetic"}, &terminal{out: clumsy{}, err: &errs})
		if code != exitFailed || !strings.Contains(errs.String(), "gsdnet: error: internal error") || !strings.Contains(errs.String(), "report it") {
			t.Errorf("code %d, %q", code, errs.String())
		}
		if got := strings.Contains(errs.String(), "goroutine"); got != (trace != "") {
			t.Errorf("GSDNET_TRACE=%s: a trace is printed: %v", trace, got)
		}
	}
}
