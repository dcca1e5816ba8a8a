package npz_test

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// FuzzOpen feeds the reader whole files.
func FuzzOpen(f *testing.F) {
	var whole bytes.Buffer
	if err := sample().Write(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	for n := 0; n < whole.Len(); n += 199 {
		f.Add(whole.Bytes()[:n])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := archive.Read(bytes.NewReader(data), int64(len(data))); err == nil {
			checkArrays(t, file, dataset.Fields{})
		} else if fault.Of(err) == "" {
			t.Fatalf("no hint: %v", err)
		}
	})
}

// FuzzArrays feeds it well-formed files with any contents: every byte is a
// number in one of the arrays.
func FuzzArrays(f *testing.F) {
	f.Add([]byte{1, 2, 255, 4}, []byte{0, 0, 1, 1}, []byte{0, 1, 0, 1}, []byte{0, 0, 2, 2}, []byte{1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1}, true)
	f.Add([]byte{255, 2, 255, 4}, []byte{0, 0, 1, 1}, []byte{0, 1, 0, 0}, []byte{0, 1, 2, 3}, []byte{}, false)
	f.Fuzz(func(t *testing.T, features, dialogue, turn, split, present []byte, classes bool) {
		file := &archive.File{}
		values := make([]float32, len(features))
		for i, b := range features {
			values[i] = float32(b) - 100
			switch b {
			case 255:
				values[i] = nan
			case 254:
				values[i] = float32(math.Inf(1))
			}
		}
		width := max(1, len(features)/max(1, len(dialogue)))
		for _, name := range []string{"text", "audio", "visual"} {
			rows := len(values) / width
			file.Set(name, archive.From(values[:rows*width], rows, width))
		}
		file.Set("label", archive.From(values))
		file.Set("class", archive.From(turn))
		file.Set("dialogue", archive.From(dialogue))
		file.Set("turn", archive.From(turn))
		if len(split) > 0 {
			file.Set("split", archive.From(split))
		}
		if len(present) > 0 {
			file.Set("present", archive.From(present[:len(present)/3*3], len(present)/3, 3))
		}
		fields := dataset.Fields{Task: "scores"}
		if classes {
			fields.Task = "classes"
		}
		checkArrays(t, file, fields)
	})
}

// checkArrays expects one line with a hint, or a corpus that keeps every promise
// and can be written and read again.
func checkArrays(t *testing.T, file *archive.File, fields dataset.Fields) {
	t.Helper()
	corpus, err := npz.Corpus("fuzz.npz", file, fields)
	if err != nil {
		if corpus != nil || fault.Of(err) == "" || !fault.IsInput(err) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "fuzz.npz: array ") {
			t.Fatalf("got %v, %q with hint %q", corpus, err, fault.Of(err))
		}
		return
	}
	verify(t, corpus)
	path := filepath.Join(t.TempDir(), "again.npz")
	if err := npz.Write(path, corpus); err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.Open(path, dataset.Fields{}); err != nil {
		t.Fatalf("written and read again: %v", err)
	}
}
