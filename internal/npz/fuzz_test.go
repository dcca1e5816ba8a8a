package npz_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/internal/fault"
)

func FuzzRead(f *testing.F) {
	whole := archive(f,
		entry{name: "text.npy", data: npy(dict("<f4", "True", "(2, 2)"), make([]byte, 16))},
		entry{name: "who.npy", data: npy(dict("<U1", "False", "(1,)"), make([]byte, 4))})
	for n := len(whole); n > 0; n -= 40 {
		f.Add(whole[:n])
	}
	f.Add(one(f, dict("|O", "False", "(1,)"), nil))
	f.Add(one(f, dict("<f8", "False", "(4294967296, 4294967296)"), nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := read(data)
		if err != nil {
			if fault.Of(err) == "" || !fault.IsInput(err) {
				t.Fatalf("no hint: %v", err)
			}
			return
		}
		again, err := read(write(t, file))
		if err != nil || !cmp.Equal(again.Names(), file.Names()) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

// FuzzHeader spends its time on the dictionary instead of on the zip around it.
func FuzzHeader(f *testing.F) {
	f.Add(dict("<f4", "False", "(1, 1)"))
	f.Add(`{"shape":(),"fortran_order":True,"descr":"<f4"}`)
	f.Add("{'descr': [('a', '<f4')], 'shape': (1L,)")
	f.Fuzz(func(t *testing.T, dictionary string) {
		if len(dictionary) > 65535 {
			return
		}
		if file, err := read(one(t, dictionary, make([]byte, 4))); err == nil {
			write(t, file)
		} else if fault.Of(err) == "" {
			t.Fatalf("no hint: %v", err)
		}
	})
}
