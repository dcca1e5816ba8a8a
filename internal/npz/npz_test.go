package npz_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	npyio "github.com/sbinet/npyio/npz"
	"pgregory.net/rapid"

	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// npy returns a version 1 .npy with any dictionary and any data.
func npy(dict string, data []byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	return append(append(b, dict...), data...)
}

func dict(dtype string, fortran string, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", dtype, fortran, shape)
}

// entry is a member of a forged archive. Sizes left 0 are honest.
type entry struct {
	name     string
	data     []byte
	unpacked uint64
	packed   uint64
	flags    uint16
	method   uint16
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: e.method, Flags: e.flags, CRC32: crc32.ChecksumIEEE(e.data)}
		h.UncompressedSize64, h.CompressedSize64 = e.unpacked, e.packed
		if h.UncompressedSize64 == 0 {
			h.UncompressedSize64 = uint64(len(e.data))
		}
		if h.CompressedSize64 == 0 {
			h.CompressedSize64 = uint64(len(e.data))
		}
		part, err := w.CreateRaw(h)
		if err == nil {
			_, err = part.Write(e.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func one(t testing.TB, dictionary string, data []byte) []byte {
	return archive(t, entry{name: "text.npy", data: npy(dictionary, data)})
}

func read(data []byte) (*npz.File, error) {
	return npz.Read(bytes.NewReader(data), int64(len(data)))
}

func write(t testing.TB, f *npz.File) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestReadBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &npz.File{}
		for i := range rapid.IntRange(0, 4).Draw(rt, "arrays") {
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(rt, "shape")
			n := 1
			for _, d := range shape {
				n *= d
			}
			a := npz.From(rapid.SliceOfN(rapid.Float32(), n, n).Draw(rt, "values"))
			a.Shape = shape
			f.Set(fmt.Sprint("array", i), a)
		}
		data := write(t, f)
		got, err := read(data)
		if err != nil {
			rt.Fatal(err)
		}
		if !cmp.Equal(got.Names(), f.Names()) && len(f.Names()) > 0 {
			rt.Fatalf("names: got %v, want %v", got.Names(), f.Names())
		}
		for _, name := range f.Names() {
			g, w := got.Get(name), f.Get(name)
			if g.DType != w.DType || fmt.Sprint(g.Shape) != fmt.Sprint(w.Shape) || !bytes.Equal(g.Data, w.Data) {
				rt.Fatalf("%s: got %v, want %v", name, g, w)
			}
		}
		if again := write(t, got); !bytes.Equal(again, data) {
			rt.Fatal("the same arrays gave different bytes")
		}
	})
}

// npyio is an independent reader, so what it understands is not our dialect.
func TestOthersReadWhatWeWrite(t *testing.T) {
	f := &npz.File{}
	f.Set("label", npz.From([]float32{1.5, -2, 0.25}))
	f.Set("split", npz.From([]int8{0, 1, 2, -1}, 2, 2))
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := f.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	r, err := npyio.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var labels []float32
	var splits []int8
	if err := r.Read("label.npy", &labels); err != nil {
		t.Fatal(err)
	}
	if err := r.Read("split.npy", &splits); err != nil {
		t.Fatal(err)
	}
	if want := []float32{1.5, -2, 0.25}; !cmp.Equal(labels, want) {
		t.Errorf("label: got %v, want %v", labels, want)
	}
	if want := []int8{0, 1, 2, -1}; !cmp.Equal(splits, want) {
		t.Errorf("split: got %v, want %v", splits, want)
	}
	if got, want := r.Header("split.npy").Descr.Shape, []int{2, 2}; !cmp.Equal(got, want) {
		t.Errorf("shape: got %v, want %v", got, want)
	}
}

func TestUntouchedArraysAreCopied(t *testing.T) {
	text := []byte("a\x00\x00\x00b\x00\x00\x00")
	in := archive(t,
		entry{name: "who.npy", data: npy(dict("<U1", "False", "(2,)"), text)},
		entry{name: "half.npy", data: npy(dict("<f2", "False", "(1, 1)"), []byte{0, 60})},
		entry{name: "text.npy", data: npy(dict("<f4", "False", "(1,)"), make([]byte, 4))})
	f, err := read(in)
	if err != nil {
		t.Fatal(err)
	}
	f.Set("half", f.Get("half"))
	f.Set("text", npz.From([]float32{7}))
	f.Set("text_sd", npz.From([]float32{8}))
	got, err := read(write(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"who", "half", "text", "text_sd"}; !cmp.Equal(got.Names(), want) {
		t.Errorf("names: got %v, want %v", got.Names(), want)
	}
	if who := got.Get("who"); who.DType != "<U1" || !bytes.Equal(who.Data, text) {
		t.Errorf("who: got %v, want the bytes of the input", who)
	}
	if values, err := got.Get("text").Floats(); err != nil || !cmp.Equal(values, []float32{7}) {
		t.Errorf("text: got %v, %v, want [7]", values, err)
	}
	if values, err := got.Get("half").Floats(); err != nil || !cmp.Equal(values, []float32{1}) {
		t.Errorf("half: got %v, %v, want [1]", values, err)
	}
	if _, err := got.Get("who").Floats(); err == nil || err.Error() != "holds text, want numbers" {
		t.Errorf("who: got %v, want text refused", err)
	}
}

func TestHeaderDialects(t *testing.T) {
	data := []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0}
	cases := map[string]struct {
		dict string
		want []int64
	}{
		"numpy":         {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }   \n", []int64{1, 2, 3, 4, 5, 6}},
		"other order":   {`{"shape":(2,3),"fortran_order":False,"descr":"<i4"}`, []int64{1, 2, 3, 4, 5, 6}},
		"python 2":      {"{'descr': '<i4', 'fortran_order': False, 'shape': (2L, 3L)}", []int64{1, 2, 3, 4, 5, 6}},
		"fortran order": {dict("<i4", "True", "(2, 3)"), []int64{1, 3, 5, 2, 4, 6}},
		"one dimension": {dict("<i4", "True", "(6,)"), []int64{1, 2, 3, 4, 5, 6}},
	}
	for name, c := range cases {
		f, err := read(one(t, c.dict, data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := f.Get("text").Ints(); err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, c.want)
		}
	}
}

func TestLongHeaderVersions(t *testing.T) {
	for _, version := range []byte{2, 3} {
		d := dict("|u1", "False", "(1,)")
		b := append([]byte("\x93NUMPY"), version, 0, byte(len(d)), 0, 0, 0)
		f, err := read(archive(t, entry{name: "x.npy", data: append(append(b, d...), 9)}))
		if err != nil {
			t.Errorf("version %d: %v", version, err)
			continue
		}
		if got, _ := f.Get("x").Ints(); !cmp.Equal(got, []int64{9}) {
			t.Errorf("version %d: got %v, want [9]", version, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	cases := []struct {
		a    *npz.Array
		want []float32
		ints bool
	}{
		{npz.From([]int8{-1, 2}), []float32{-1, 2}, true},
		{npz.From([]uint8{255, 2}), []float32{255, 2}, true},
		{npz.From([]int16{-300}), []float32{-300}, true},
		{npz.From([]uint16{65535}), []float32{65535}, true},
		{npz.From([]int32{-70000}), []float32{-70000}, true},
		{npz.From([]uint32{1 << 31}), []float32{1 << 31}, true},
		{npz.From([]int64{-1 << 40}), []float32{-1 << 40}, true},
		{npz.From([]uint64{1 << 40}), []float32{1 << 40}, true},
		{npz.From([]float32{0.5}), []float32{0.5}, false},
		{npz.From([]float64{0.5, 1e300}), []float32{0.5, float32(math.Inf(1))}, false},
		{&npz.Array{DType: "|b1", Shape: []int{2}, Data: []byte{0, 1}}, []float32{0, 1}, true},
	}
	for _, c := range cases {
		got, err := c.a.Floats()
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.a.DType, got, err, c.want)
		}
		ints, err := c.a.Ints()
		if (err == nil) != c.ints {
			t.Errorf("%s as integers: got %v, %v, want an error: %v", c.a.DType, ints, err, !c.ints)
		}
		for i := range ints {
			if float32(ints[i]) != c.want[i] {
				t.Errorf("%s as integers: got %v, want %v", c.a.DType, ints, c.want)
			}
		}
	}
	if _, err := npz.From([]uint64{1 << 63}).Ints(); err == nil {
		t.Error("uint64 beyond int64: got no error")
	}
}

func TestReadFileNamesThePath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bad.npz")
	if err := os.WriteFile(path, one(t, dict("<f4", "False", "(1,)"), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := npz.ReadFile("a\nb.npz"); err == nil || err.Error() != `"a\nb.npz": no such file` {
		t.Errorf("two lines: got %v", err)
	}
	for _, p := range []string{path, filepath.Join(dir, "absent.npz"), dir} {
		_, err := npz.ReadFile(p)
		if err == nil || !strings.Contains(err.Error(), p) || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v, hint %q, want an input error naming the path", p, err, fault.Of(err))
		}
	}
}

func TestFailureLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.npz")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &npz.File{}
	f.Set("good", npz.From([]float32{1}))
	f.Set("text", npz.From([]float32{1, 2}, 3, 4))
	err := f.WriteFile(path)
	if err == nil || !strings.Contains(err.Error(), `array "text": shape [3 4] of float32 does not match its 8 bytes`) {
		t.Fatalf("got %v, want the wrong shape refused", err)
	}
	files, _ := os.ReadDir(dir)
	if got, _ := os.ReadFile(path); len(files) != 1 || string(got) != "old" {
		t.Errorf("got %v with %q, want the old file alone", files, got)
	}
	if err := f.WriteFile(filepath.Join(dir, "no", "out.npz")); !fault.IsInput(err) {
		t.Errorf("missing folder: got %v, want an input error", err)
	}
}
