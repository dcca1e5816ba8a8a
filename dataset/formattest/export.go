package formattest

import (
	"path/filepath"
	"testing"

	"gsdnet/dataset"
)

// exported writes the fixture in its own format, where that is written, and reads it
// again: the corpus is the same, and a second copy has the same bytes.
func (s Suite) exported(t *testing.T) {
	if dataset.CheckExport(s.Path) != nil {
		t.Skip("this format is only read")
	}
	want := Open(t, s.Path, s.Fields)
	var hashes [2]string
	for i := range hashes {
		table, err := dataset.Read(s.Path, s.Fields)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), filepath.Base(s.Path))
		if err := table.Export(path); err != nil {
			t.Fatal(err)
		}
		got := Open(t, path, dataset.Fields{Task: want.Task.String()})
		hashes[i] = got.Hash
		got.Hash = want.Hash
		if diff := Diff(want, got); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
	}
	if hashes[0] != hashes[1] {
		t.Error("two copies differ")
	}
}
