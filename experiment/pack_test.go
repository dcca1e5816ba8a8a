package experiment_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// A run directory that was packed is unpacked with the same bytes, and the sweep accepts it
// as finished. Whatever else an archive holds is refused and leaves nothing.
func TestPackAndUnpack(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	sweep := prepare(t, pair, from)
	if _, err := run(t, t.Context(), sweep); err != nil {
		t.Fatal(err)
	}
	a, b := sweep.Cells[0], sweep.Cells[1]
	pack := func(s experiment.Spec) []byte {
		var out bytes.Buffer
		if err := experiment.RunDir(filepath.Join(from, s.String())).Pack(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	worker := &experiment.Worker{Out: to}
	good := pack(a)
	if !bytes.Equal(good, pack(a)) {
		t.Error("packed twice, it is another archive")
	}
	other := a
	other.Config += "\n"
	var outside bytes.Buffer
	w := tar.NewWriter(&outside)
	if err := w.WriteHeader(&tar.Header{Name: "../../evil", Size: 1, Typeflag: tar.TypeReg, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("x"))
	w.Close()
	for name, c := range map[string]struct {
		spec    experiment.Spec
		archive []byte
		want    string
	}{
		"cut off":        {a, good[:len(good)/2], "no archive of a run directory"},
		"no archive":     {a, []byte(strings.Repeat("nothing ", 200)), "no archive of a run directory"},
		"empty":          {a, nil, "of a run with other settings"},
		"outside":        {a, outside.Bytes(), "no archive of a run directory"},
		"other settings": {other, good, "of a run with other settings"},
		"another cell":   {b, good, "not those of a finished cell"},
	} {
		if _, err := worker.Unpack(c.spec, bytes.NewReader(c.archive)); err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	if left, err := os.ReadDir(to); err != nil || len(left) != 0 {
		t.Errorf("got %v and %v of refused archives", left, err)
	}
	if err := os.MkdirAll(filepath.Join(to, a.String()), 0o755); err != nil { // of a run that was stopped
		t.Fatal(err)
	}
	rest := &rest{r: bytes.NewReader(good)}
	record, err := worker.Unpack(a, rest)
	if err != nil || record.Run != a.String() || !rest.ended {
		t.Fatalf("got %v and error %v, read to the end %v", record, err, rest.ended)
	}
	compareRuns(t, from, to, sweep.Cells[:1])
	if e := worker.Run(t.Context(), a); !e.Skipped {
		t.Errorf("the cell is run again: %v", e.Err)
	}
	if _, err := os.Stat(filepath.Join(to, a.String(), rundir.StateFile)); err == nil {
		t.Error("what only resuming needs has travelled")
	}
}

// rest knows whether it was read to its end, where the hash of an archive is checked.
type rest struct {
	r     io.Reader
	ended bool
}

func (r *rest) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.ended = r.ended || err == io.EOF
	return n, err
}
