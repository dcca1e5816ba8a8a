package npz_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// A single array is read as numpy wrote it, and refused where its header and its
// size disagree.
func TestReadArrayFile(t *testing.T) {
	header := "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"
	whole := append([]byte("\x93NUMPY\x01\x00"+string(rune(len(header)))+"\x00"+header), make([]byte, 24)...)
	whole[len(whole)-1] = 0x40 // the last element in column order is 2
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npy")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	a, sum, err := npz.ReadArrayFile(path)
	if err != nil || len(sum) != 64 {
		t.Fatalf("got hash %q, %v", sum, err)
	}
	if got, err := a.Floats(); err != nil || len(got) != 6 || got[5] != 2 {
		t.Errorf("got %v, %v, want six numbers, the last 2", got, err)
	}
	for name, data := range map[string][]byte{
		"truncated": whole[:len(whole)-1], "longer": append(bytes.Clone(whole), 0), "header": whole[:20], "empty": nil,
		"objects": bytes.Replace(whole, []byte("'<f4'"), []byte("'|O'"), 1),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := npz.ReadArrayFile(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v with hint %q", name, err, fault.Of(err))
		}
	}
	if _, _, err := npz.ReadArrayFile(dir); err == nil {
		t.Error("a folder was read")
	}
}
