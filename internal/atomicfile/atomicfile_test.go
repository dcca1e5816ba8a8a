package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, want := range []string{"first", "the second, longer"} {
		if err := atomicfile.Write(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

// If the writer fails halfway, the old file is unchanged and no other file is left.
func TestFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := atomicfile.Write(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the source failed")
	err := atomicfile.WriteFunc(path, func(w io.Writer) error {
		_, _ = w.Write([]byte("half of the n"))
		return broken
	})
	if !errors.Is(err, broken) || fault.Of(err) == "" {
		t.Errorf("got %v, want %v with a hint", err, broken)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("got %q, want the old file", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left, want 1", len(left))
	}
}

func TestNoSuchFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "file")
	if err := atomicfile.Write(path, nil); err == nil || !fault.IsInput(err) {
		t.Errorf("got %v, want an input error about the folder", err)
	}
}
