//go:build unix

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// Every verb is left within two seconds while it reads a file that does not end, and
// leaves nothing behind.
func TestReadingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	data := filepath.Join(dir, "endless.npz")
	if err := syscall.Mkfifo(data, 0o600); err != nil {
		t.Skip("SKIPPED: no named pipes here: ", err)
	}
	for _, args := range [][]string{
		{"data", "describe", data},
		{"data", "mask", data, "--out", "masks"},
		{"data", "spectrum", data},
		{"data", "split", data, "--out", "split.npz"},
		{"train", "--data", data, "--out", "run"},
	} {
		before := listing(t)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		started := time.Now()
		var out, errs bytes.Buffer
		code := run(ctx, args, &terminal{out: &out, err: &errs})
		cancel()
		if took := time.Since(started); took > 2*time.Second {
			t.Errorf("%v: left after %v, want 2 s at most", args, took)
		}
		if code != exitFailed || out.Len() > 0 {
			t.Errorf("%v: code %d with output %q and error %q, want code 1 alone", args, code, out.String(), errs.String())
		}
		if after := listing(t); !slices.Equal(after, before) {
			t.Errorf("%v: left %q behind", args, after)
		}
	}
}
