package npz_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/dataset/npz"
)

// Import, which a caller may stop waiting for, writes nothing; Write writes both files.
func TestImportLeavesWritingToWrite(t *testing.T) {
	dir := t.TempDir()
	listed := func() (names []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
	imported, err := npz.Import([]string{"synthetic:conversations=6,turns=3-4"}, dataset.Fields{}, filepath.Join(dir, "out.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if got := listed(); len(got) != 0 {
		t.Errorf("after Import: got %q, want no file", got)
	}
	if err := imported.Write(); err != nil {
		t.Fatal(err)
	}
	if got, want := listed(), []string{"out.json", "out.npz"}; !slices.Equal(got, want) {
		t.Errorf("after Write: got %q, want %q", got, want)
	}
	if _, err := dataset.Open(filepath.Join(dir, "out.npz"), dataset.Fields{}); err != nil {
		t.Errorf("what was written: %v", err)
	}
}
