// Package formattest is the suite that every format of data passes. The test of a
// format is a fixture, written by the format's own program, and one call:
//
//	func TestConformance(t *testing.T) {
//		formattest.Run(t, formattest.Suite{
//			Path:   "testdata/small.csv",
//			Want:   want, // the corpus that the fixture holds
//			Refuse: map[string]string{"no turn.csv": `line 1: no column "turn"`},
//		})
//	}
//
// It checks that the fixture is read as Want says, that reading it twice gives the
// same corpus, that it can be written as a .npz and read again, and that damaged
// copies give one line with the file's name and a hint, and never a panic.
//
// Start reading at Run.
package formattest

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Suite says what is tested.
type Suite struct {
	Path   string // of the fixture: a file or a folder
	Fields dataset.Fields
	// Want is what the fixture holds, for the fields above. Name, if empty, and
	// Hash are not compared.
	Want *erc.Corpus
	// Refuse lists files, or paths relative to the folder of the fixture, that are
	// refused, by what the error says after the name of the file.
	Refuse map[string]string
	// Damage names the file that is cut and changed, relative to Path, where Path
	// is a folder.
	Damage string
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Run("values", s.values)
	t.Run("npz", s.throughNPZ)
	t.Run("exported", s.exported)
	t.Run("tasks", s.tasks)
	t.Run("refused", s.refused)
	t.Run("damaged", s.damaged)
}

// values compares the fixture with what it should hold, twice.
func (s Suite) values(t *testing.T) {
	var hashes [2]string
	for i := range hashes {
		got := Open(t, s.Path, s.Fields)
		want := *s.Want
		hashes[i], want.Hash = got.Hash, got.Hash
		if want.Name == "" {
			want.Name = got.Name
		}
		if diff := Diff(&want, got); diff != "" {
			t.Fatalf("want -, got +\n%s", diff)
		}
	}
	if len(hashes[0]) != 64 || hashes[0] != hashes[1] {
		t.Errorf("hashes %q, want the same SHA-256 twice", hashes)
	}
}

// throughNPZ imports the fixture into the project's container and reads it again.
func (s Suite) throughNPZ(t *testing.T) {
	want := Open(t, s.Path, s.Fields)
	path := filepath.Join(t.TempDir(), "copy.npz")
	imported, err := npz.Import([]string{s.Path}, s.Fields, path)
	if err == nil {
		err = imported.Write()
	}
	if err != nil {
		t.Fatal(err)
	}
	got := Open(t, path, dataset.Fields{Task: want.Task.String()})
	got.Hash = want.Hash
	if diff := Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// tasks reads the fixture as the input of a prediction.
func (s Suite) tasks(t *testing.T) {
	fields := s.Fields
	fields.Task, fields.Label, fields.Class = erc.NoLabels.String(), "", ""
	got := Open(t, s.Path, fields)
	if got.Task != erc.NoLabels || len(got.In(erc.Test)) != len(got.Conversations) {
		t.Errorf("got task %s and %d of %d conversations in test, want none and all", got.Task, len(got.In(erc.Test)), len(got.Conversations))
	}
}

func (s Suite) refused(t *testing.T) {
	for name, want := range s.Refuse {
		path := filepath.Join(filepath.Dir(s.Path), name)
		_, err := dataset.Open(path, s.Fields)
		Refused(t, path, err, want)
	}
}

// damaged cuts the fixture and changes bytes of it. What comes of it is a corpus
// that keeps every promise, or one line.
func (s Suite) damaged(t *testing.T) {
	root := filepath.Join(t.TempDir(), filepath.Base(s.Path))
	victim := root
	if s.Damage != "" {
		if err := os.CopyFS(root, os.DirFS(s.Path)); err != nil {
			t.Fatal(err)
		}
		victim = filepath.Join(root, s.Damage)
	}
	whole, err := os.ReadFile(filepath.Join(s.Path, s.Damage))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const trials = 300
	for i := range trials {
		data := bytes.Clone(whole)
		if i%3 == 0 {
			data = data[:len(data)*i/trials]
		}
		for range i % 3 {
			if len(data) > 0 {
				data[rng.IntN(len(data))] = byte(rng.Uint32())
			}
		}
		if err := os.WriteFile(victim, data, 0o600); err != nil {
			t.Fatal(err)
		}
		corpus, err := dataset.Open(root, s.Fields)
		if err != nil {
			Refused(t, root, err, "")
			continue
		}
		Verify(t, corpus)
	}
}

// Refused expects an error of one line that begins with the path, says want, and
// has a hint.
func Refused(t testing.TB, path string, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got %v, want the path and %q", path, err, want)
		return
	}
	if fault.Of(err) == "" || !fault.IsInput(err) || strings.Contains(err.Error()+fault.Of(err), "\n") {
		t.Errorf("%s: %q with hint %q, want one line and a hint", path, err, fault.Of(err))
	}
}

// Open opens a corpus and verifies it.
func Open(t testing.TB, path string, fields dataset.Fields) *erc.Corpus {
	t.Helper()
	corpus, err := dataset.Open(path, fields)
	if err != nil {
		t.Fatalf("Open(%s): %v (%s)", path, err, fault.Of(err))
	}
	Verify(t, corpus)
	return corpus
}

// Diff compares two corpora, where NaN equals NaN.
func Diff(want, got *erc.Corpus, options ...cmp.Option) string {
	return cmp.Diff(want, got, append(options, cmpopts.EquateNaNs())...)
}
