package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

func TestRefusals(t *testing.T) {
	four := make([]byte, 4)
	f4 := dict("<f4", "False", "(1,)")
	good := npy(f4, four)
	huge := strings.Repeat(" ", npz.MaxHeaderBytes)
	many := make([]entry, npz.MaxEntries+1)
	for i := range many {
		many[i] = entry{name: fmt.Sprintf("%d.npy", i), data: good}
	}
	cases := map[string]struct {
		data []byte
		want string
	}{
		"not a zip":           {[]byte("hello"), "not a .npz archive"},
		"empty":               {nil, "not a .npz archive: it is empty"},
		"a single array":      {good, "not a .npz archive: it is a single array (.npy)"},
		"cut archive":         {one(t, f4, four)[:60], "not a .npz archive: its end is missing or damaged"},
		"endless fields":      {one(t, "{'descr': [('a', '<f4', 'fortran_order': False, 'shape': (1,), }", four), `malformed .npy header`},
		"header past its end": {archive(t, entry{name: "a.npy", data: good, unpacked: 90, packed: 90}), `array "a": `},

		"too many":            {archive(t, many...), "1025 arrays, more than 1024"},
		"not an array":        {archive(t, entry{name: "readme.txt", data: good}), `entry "readme.txt" is not the name of an array`},
		"climbing name":       {archive(t, entry{name: "../../x.npy", data: good}), `entry "../../x.npy" is not the name`},
		"control characters":  {archive(t, entry{name: "a\x1b[31m.npy", data: good}), `is not the name of an array`},
		"long name":           {archive(t, entry{name: strings.Repeat("a", 300) + ".npy", data: good}), `is not the name of an array`},
		"twice":               {archive(t, entry{name: "a.npy", data: good}, entry{name: "a.npy", data: good}), `array "a" is there twice`},
		"encrypted":           {archive(t, entry{name: "a.npy", data: good, flags: 1}), `array "a" is encrypted`},
		"odd compression":     {archive(t, entry{name: "a.npy", data: good, method: 12}), `array "a": compression method 12 is not supported`},
		"not npy":             {archive(t, entry{name: "a.npy", data: []byte("short")}), `array "a": not a .npy array`},
		"future version":      {archive(t, entry{name: "a.npy", data: []byte("\x93NUMPY\x09\x00\x00\x00")}), `array "a": .npy version 9 is not supported`},
		"long header":         {one(t, f4+huge, four), `array "text": .npy header of `},
		"cut header":          {archive(t, entry{name: "a.npy", data: good[:30]}), `array "a": malformed .npy header`},
		"truncated":           {one(t, dict("<f4", "False", "(2,)"), four), `array "text": shape [2] of float32 does not match its 4 bytes of data`},
		"longer":              {one(t, f4, make([]byte, 8)), `shape [1] of float32 does not match its 8 bytes of data`},
		"overflow":            {one(t, dict("<f4", "False", "(4611686018427387905,)"), four), `does not match its 4 bytes of data`},
		"overflow of product": {one(t, dict("<f8", "False", "(4294967296, 4294967296)"), four), `does not match its 4 bytes of data`},
		"beyond int":          {one(t, dict("<f4", "False", "(99999999999999999999,)"), four), `malformed .npy header`},
		"negative":            {one(t, dict("<f4", "False", "(-1,)"), four), `malformed .npy header`},
		"rank 65":             {one(t, dict("<f4", "False", "("+strings.Repeat("1,", 65)+")"), four), `malformed .npy header`},
		"key twice":           {one(t, "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", four), `malformed .npy header`},
		"key missing":         {one(t, "{'descr': '<f4', 'shape': (1,), }", four), `malformed .npy header`},
		"key unknown":         {one(t, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 'y'}", four), `malformed .npy header`},
		"trailing code":       {one(t, strings.TrimSpace(f4)+"+1", four), `malformed .npy header`},
		"wrong checksum":      {damaged(t), `array "text": damaged`},
	}
	for name, c := range cases {
		f, err := read(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
			continue
		}
		if f != nil || fault.Of(err) == "" || !fault.IsInput(err) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got file %v, hint %q in %q, want nil and a hint in one line", name, f, fault.Of(err), err)
		}
	}
}

// damaged returns an archive whose data changed after its checksum was taken.
func damaged(t testing.TB) []byte {
	f := &npz.File{}
	f.Set("text", npz.From([]float32{1234}))
	data := write(t, f)
	at := bytes.Index(data, binary.LittleEndian.AppendUint32(nil, math.Float32bits(1234)))
	data[at]++
	return data
}

// A small file may claim any size; none of it may be believed.
func TestBombsTakeNoMemory(t *testing.T) {
	const huge = 1 << 40
	head := npy(dict("<f4", "False", "(1000000000,)"), nil)
	honest := npy(dict("<f4", "False", "(1,)"), make([]byte, 4))
	var overlap []entry
	for i := range 100 {
		overlap = append(overlap, entry{name: fmt.Sprintf("%d.npy", i), data: honest, packed: 9000, unpacked: 9000})
	}
	cases := map[string]struct {
		data []byte
		want string
	}{
		"huge entry":       {archive(t, entry{name: "a.npy", data: head, unpacked: huge, method: zip.Deflate}), `array "a": unpacks to 1099511627776 bytes`},
		"impossible ratio": {archive(t, entry{name: "a.npy", data: head, unpacked: 4e9, method: zip.Deflate}), `array "a": claims 4000000000 bytes, which its`},
		"stored liar":      {archive(t, entry{name: "a.npy", data: head, unpacked: 4e9}), `array "a": claims 4000000000 bytes, which its`},
		"more than file":   {archive(t, entry{name: "a.npy", data: head, packed: huge}), `array "a": claims 1099511627776 packed bytes`},
		"overlap":          {archive(t, overlap...), `entries overlap`},
		"liar's header":    {archive(t, entry{name: "a.npy", data: head}), `array "a": shape [1000000000] of float32 does not match its 0 bytes`},
	}
	for name, c := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(c.data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: allocated %d bytes for a file of %d", name, got, len(c.data))
		}
	}
}

func TestTotalLimit(t *testing.T) {
	// Three arrays below their own limit, together above the total one. Deflated
	// data would have to be 1/1032 of it, so the claim is padded to be possible.
	pad := make([]byte, 3_200_000)
	var entries []entry
	for _, name := range []string{"a.npy", "b.npy", "c.npy"} {
		entries = append(entries, entry{name: name, data: pad, unpacked: 3 << 30, method: zip.Deflate})
	}
	if _, err := read(archive(t, entries...)); err == nil || !strings.Contains(err.Error(), "unpacks to 9663676416 bytes, more than 8589934592") {
		t.Errorf("got %v, want the total refused", err)
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	f := &npz.File{}
	f.Set("text", npz.From([]float32{1, 2, 3}))
	data := write(t, f)
	for n := range data {
		if _, err := read(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes: got no error", n, len(data))
		}
	}
}
