package npz_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/internal/npz"
)

// Whatever is not understood is carried along to the byte, its header included.
func TestOddArraysAreCarriedThrough(t *testing.T) {
	version2 := func(dictionary string, data []byte) []byte {
		b := append([]byte("\x93NUMPY\x02\x00"), byte(len(dictionary)), byte(len(dictionary)>>8), 0, 0)
		return append(append(b, dictionary...), data...)
	}
	odd := map[string][]byte{
		"objects":  npy(dict("|O", "False", "(3,)"), []byte("pickled")),
		"records":  npy("{'descr': [('it\\'s', '<f4'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }", make([]byte, 12)),
		"complex":  npy(dict("<c8", "False", "(1,)"), make([]byte, 8)),
		"dates":    npy(dict("<M8[s]", "False", "(1,)"), make([]byte, 8)),
		"long":     npy(dict("<f16", "False", "(1,)"), make([]byte, 16)),
		"unknown":  npy(dict("<q9", "False", "(1,)"), []byte{1, 2, 3}),
		"huge":     npy(dict("|O", "False", "(99999999999, 99999999999)"), nil),
		"wide":     npy(dict("<U99999999", "False", "(1,)"), nil),
		"nothing":  npy(dict("<U0", "False", "(99999999999,)"), nil),
		"big":      npy(dict(">f4", "False", "(1,)"), []byte{63, 128, 0, 0}),
		"fortran":  npy(dict("<i2", "True", "(2, 3)"), []byte("abcdefghijkl")),
		"cube":     npy(dict("|u1", "True", "(2, 2, 2)"), []byte("01234567")),
		"one":      npy(dict("<f8", "False", "()"), make([]byte, 8)),
		"none":     npy(dict("<f8", "False", "(0, 7)"), nil),
		"version2": version2(`{"shape":(1L,), "descr":"|b1","fortran_order":False}`, []byte{1}),
	}
	var entries []entry
	for name, data := range odd {
		entries = append(entries, entry{name: name + ".npy", data: data})
	}
	f, err := read(archive(t, entries...))
	if err != nil {
		t.Fatal(err)
	}
	f.Set("added", npz.From([]float32{1}))
	written := write(t, f)
	for name, data := range odd {
		if !bytes.Contains(written, data) {
			t.Errorf("%s: its bytes are not in what was written", name)
		}
	}
	for name, want := range map[string]string{
		"objects": "holds Python objects, want numbers", "records": "holds records of several fields, want numbers",
		"complex": "holds complex numbers, want numbers", "dates": "holds dates, want numbers",
		"unknown": `holds type "<q9", want numbers`, "long": `holds type "<f16", want numbers`, "nothing": `holds type "<U0", want numbers`,
	} {
		if _, err := f.Get(name).Float64s(); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	if _, err := read(written); err != nil {
		t.Errorf("read again: %v", err)
	}
}

// Every layout of the same six numbers reads the same.
func TestLayouts(t *testing.T) {
	want := []float64{1, 2, 3, 4, 5, 6}
	for _, letter := range []string{"i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"} {
		for _, order := range []string{"<", ">"} {
			for _, fortran := range []bool{false, true} {
				a := &npz.Array{DType: order + letter, Shape: []int{2, 3}, Fortran: fortran, Data: make([]byte, 6*int(letter[1]-'0'))}
				for i, x := range want {
					if !a.SetFloat(i, x) {
						t.Fatalf("%s: %g does not fit", a.DType, x)
					}
				}
				f := &npz.File{}
				f.Set("text", a)
				read, err := read(write(t, f))
				if err != nil {
					t.Fatalf("%s: %v", a.DType, err)
				}
				got, err := read.Get("text").Float64s()
				if err != nil || !cmp.Equal(got, want) {
					t.Errorf("%s, Fortran %v: got %v, %v, want %v", a.DType, fortran, got, err, want)
				}
				if ints, err := read.Get("text").Ints(); err != nil || ints[4] != 5 {
					t.Errorf("%s, Fortran %v: got %v, %v, want whole numbers", a.DType, fortran, ints, err)
				}
				if first := a.Data[:len(a.Data)/6]; order == ">" && first[0] != 0 && len(first) > 1 && letter[0] != 'f' {
					t.Errorf("%s: got %v first, want the large end first", a.DType, first)
				}
			}
		}
	}
}

func TestFortranCube(t *testing.T) {
	// np.asfortranarray(np.arange(24).reshape(2, 3, 4))
	data := []byte{0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23}
	a := &npz.Array{DType: "|u1", Shape: []int{2, 3, 4}, Fortran: true, Data: data}
	got, err := a.Ints()
	for i, v := range got {
		if int(v) != i {
			t.Fatalf("got %v, %v, want 0 to 23", got, err)
		}
	}
}

// Every half-precision number is what its definition says, and is the nearest
// to itself and to what lies close by.
func TestHalfPrecision(t *testing.T) {
	a := &npz.Array{DType: "<f2", Shape: []int{1}, Data: make([]byte, 2)}
	value := func(bits uint16) float64 {
		binary.LittleEndian.PutUint16(a.Data, bits)
		x, err := a.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		return x[0]
	}
	for bits, want := range map[uint16]float64{
		0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24, 0x03ff: 1023 * 0x1p-24,
		0x3555: 0.333251953125, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1), 0: 0,
	} {
		if got := value(bits); got != want {
			t.Errorf("%04x: got %g, want %g", bits, got, want)
		}
	}
	for bits := range uint16(0x7c00) {
		x, next := value(bits), value(bits+1)
		if bits == 0x7bff {
			next = 65536
		}
		for _, c := range []struct {
			x    float64
			want uint16
		}{{x, bits}, {x + (next-x)/4, bits}, {-x, bits | 0x8000}, {x + (next-x)/2, bits + bits&1}, {x + (next-x)*3/4, bits + 1}} {
			fits := a.SetFloat(0, c.x)
			if fits != (c.want&0x7fff < 0x7c00) {
				t.Fatalf("%g: fits %v", c.x, fits)
			}
			if got := binary.LittleEndian.Uint16(a.Data); fits && got != c.want {
				t.Fatalf("%g: got %04x, want %04x", c.x, got, c.want)
			}
		}
	}
}

func TestSetFloatRefusesWhatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		dtype string
		x     float64
		want  bool
	}{
		{"|i1", -128, true}, {"|i1", 128, false}, {"|u1", 255, true}, {"|u1", -1, false}, {"<i4", 0.5, false},
		{"<i8", 1 << 60, false}, {"<u8", 1 << 53, true}, {"|b1", 1, true}, {"|b1", 2, false}, {"<f4", 1e39, false},
		{"<f4", 0.1, true}, {"<f2", 1e5, false}, {"<f8", 1e300, true}, {"<i4", math.NaN(), false}, {"<U1", 1, false},
	} {
		a := &npz.Array{DType: c.dtype, Shape: []int{1}, Data: make([]byte, 8)}
		if got := a.SetFloat(0, c.x); got != c.want {
			t.Errorf("%g as %s: got %v, want %v", c.x, c.dtype, got, c.want)
		}
	}
}

func TestStrings(t *testing.T) {
	want := []string{"", "Ünïcødé 会話", "a\x00b"}
	f := &npz.File{}
	f.Set("who", npz.FromStrings(want))
	f.Set("bytes", &npz.Array{DType: "|S3", Shape: []int{2}, Data: []byte("ab\x00\xc3\xa9\x00")})
	f.Set("big", &npz.Array{DType: ">U1", Shape: []int{1}, Data: []byte{0, 0, 0, 'x'}})
	got, err := read(write(t, f))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"who": want, "bytes": {"ab", "é"}, "big": {"x"}} {
		if texts, err := got.Get(name).Strings(); err != nil || !cmp.Equal(texts, want) {
			t.Errorf("%s: got %q, %v, want %q", name, texts, err, want)
		}
	}
	for _, bad := range []*npz.Array{
		{DType: "|S1", Shape: []int{2}, Data: []byte{'a', 0xff}},
		{DType: "<U1", Shape: []int{2}, Data: []byte{'a', 0, 0, 0, 0, 0, 0x11, 0}},
		{DType: "<U1", Shape: []int{2}, Data: []byte{'a', 0, 0, 0, 0, 0xd8, 0, 0}},
	} {
		if _, err := bad.Strings(); err == nil || err.Error() != "element 1: the bytes are not UTF-8" {
			t.Errorf("%s: got %v, want element 1 refused", bad.DType, err)
		}
	}
	if _, err := npz.From([]int8{1}).Strings(); err == nil || err.Error() != "holds int8, want text" {
		t.Errorf("int8: got %v", err)
	}
}

func TestIntsOfFloats(t *testing.T) {
	if got, err := npz.From([]float64{-3, 0, 1 << 53}).Ints(); err != nil || !cmp.Equal(got, []int64{-3, 0, 1 << 53}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, x := range []float64{0.5, math.NaN(), math.Inf(1), math.Inf(-1), 1 << 63, -1e300} {
		want := fmt.Sprintf("element 1: %g is not a whole number", x)
		if _, err := npz.From([]float64{1, x}).Ints(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Whatever bit of a file is damaged, it is refused or reads the same. The files
// are written by this package, and by a writer that puts checksums first.
func TestDamagedBits(t *testing.T) {
	f := &npz.File{}
	f.Set("text", npz.From([]float32{1, 2}))
	f.Set("present", npz.From([]uint8{1, 0}))
	for name, whole := range map[string][]byte{
		"sizes follow": write(t, f),
		"sizes first": archive(t, entry{name: "text.npy", data: npy(dict("<f4", "False", "(2,)"), make([]byte, 8))},
			entry{name: "present.npy", data: npy(dict("|u1", "False", "(2,)"), make([]byte, 2))}),
	} {
		want, err := read(whole)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for bit := range 8 * len(whole) {
			damaged := bytes.Clone(whole)
			damaged[bit/8] ^= 1 << (bit % 8)
			got, err := read(damaged)
			if err != nil {
				refused++
				continue
			}
			if !cmp.Equal(got.Names(), want.Names()) {
				t.Fatalf("%s: bit %d: got %v, want %v or an error", name, bit, got.Names(), want.Names())
			}
			for _, array := range want.Names() {
				if !cmp.Equal(got.Get(array), want.Get(array), cmp.AllowUnexported(npz.Array{})) {
					t.Fatalf("%s: bit %d: %s differs", name, bit, array)
				}
			}
		}
		if refused < 4*len(whole) {
			t.Errorf("%s: %d of %d flips refused, want more than half", name, refused, 8*len(whole))
		}
	}
}

func TestReadStream(t *testing.T) {
	f := &npz.File{}
	f.Set("text", npz.From([]float32{1, 2}))
	whole := write(t, f)
	got, err := npz.ReadStream("standard input", bytes.NewReader(whole))
	if err != nil || len(got.Hash) != 64 || got.Get("text") == nil {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := npz.ReadStream("standard input", strings.NewReader("")); err == nil || err.Error() != "standard input: not a .npz archive: it is empty" {
		t.Errorf("empty: got %v", err)
	}
}
