package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"gsdnet/internal/npz"
)

// member is an entry of an archive that is written by hand.
type member struct {
	name   string
	data   []byte
	method uint16
	flags  uint16
	forge  func(h *zip.FileHeader)
}

func zipped(t *testing.T, members ...member) []byte {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: m.method, Flags: m.flags, CRC32: crc32.ChecksumIEEE(m.data),
			CompressedSize64: uint64(len(m.data)), UncompressedSize64: uint64(len(m.data))}
		if m.forge != nil {
			m.forge(h)
		}
		entry, err := w.CreateRaw(h)
		if err == nil {
			_, err = entry.Write(m.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// members are those of the small file, with some added or replaced.
func members(f *npz.File, others ...member) []member {
	var out []member
	for _, name := range f.Names() {
		out = append(out, member{name: name + ".npy", data: npy("'"+f.Get(name).DType+"'", tuple(f.Get(name).Shape), f.Get(name).Data)})
	}
	for _, o := range others {
		replaced := false
		for i := range out {
			if out[i].name == o.name {
				out[i], replaced = o, true
			}
		}
		if !replaced {
			out = append(out, o)
		}
	}
	return out
}

func tuple(shape []int) string {
	var text strings.Builder
	for _, d := range shape {
		fmt.Fprint(&text, d, ",")
	}
	return "(" + text.String() + ")"
}

// archiveCases are files that are damaged or no archive at all.
func archiveCases(t *testing.T) []fileCase {
	whole := packed(t, small())
	good := npy("'<f4'", "(1,)", make([]byte, 4))
	spare := func(m member) []byte { return zipped(t, members(small(), m)...) }
	out := []fileCase{
		{name: "empty file", data: nil, want: "not a .npz archive: it is empty"},
		{name: "text", data: []byte("no archive"), want: "not a .npz archive"},
		{name: "a single array", data: good, want: "not a .npz archive: it is a single array (.npy)"},
		{name: "zip without entries", data: zipped(t), want: `array "text": not in the file`},
		{name: "a text file in it", data: spare(member{name: "readme.txt", data: []byte("hello")}), want: `entry "readme.txt" is not the name of an array`},
		{name: "climbing", data: spare(member{name: "../x.npy", data: good}), want: `entry "../x.npy" is not`},
		{name: "absolute", data: spare(member{name: "/x.npy", data: good}), want: `entry "/x.npy" is not`},
		{name: "control characters", data: spare(member{name: "a\x1b\n.npy", data: good}), want: `entry "a\x1b\n.npy" is not`},
		{name: "long name", data: spare(member{name: strings.Repeat("a", 300) + ".npy", data: good}), want: `entry "aaa`},
		{name: "unicode name", data: spare(member{name: "特徴.npy", data: good})},
		{name: "name in a folder", data: spare(member{name: "a/b.npy", data: good})},
		{name: "encrypted", data: spare(member{name: "spare.npy", data: good, flags: 1}), want: `array "spare" is encrypted`},
		{name: "odd compression", data: spare(member{name: "spare.npy", data: good, method: 12}), want: `array "spare": compression method 12`},
		{name: "not deflated", data: spare(member{name: "spare.npy", data: good, method: zip.Deflate}), want: `array "spare": `},
		{name: "checksum of none", data: spare(member{name: "spare.npy", data: good, forge: func(h *zip.FileHeader) { h.CRC32 = 0 }}), want: `array "spare": damaged: its checksum`},
		{name: "wrong checksum", data: spare(member{name: "spare.npy", data: good, forge: func(h *zip.FileHeader) { h.CRC32++ }}), want: `array "spare": damaged: its checksum`},
		{name: "bomb", data: spare(member{name: "spare.npy", data: good, method: zip.Deflate, forge: func(h *zip.FileHeader) { h.UncompressedSize64 = 3 << 30 }}), want: `array "spare": claims`},
		{name: "huge bomb", data: spare(member{name: "spare.npy", data: good, method: zip.Deflate, forge: func(h *zip.FileHeader) { h.UncompressedSize64 = 1 << 50 }}), want: `array "spare": unpacks to`},
		{name: "twice", data: zipped(t, append(members(small()), member{name: "text.npy", data: good})...), want: `array "text" is there twice`},
	}
	for n := 1; n < len(whole); n += 97 {
		out = append(out, fileCase{name: fmt.Sprintf("first %d bytes", n), data: whole[:n], want: "not a .npz archive"})
	}
	for _, role := range roles {
		damaged := bytes.Clone(whole)
		data := small().Get(role).Data
		damaged[bytes.Index(damaged, data)+len(data)-1] ^= 1
		out = append(out, fileCase{name: "damaged " + role, data: damaged, want: fmt.Sprintf("array %q: damaged: its checksum does not match", role)})
		renamed := bytes.Replace(whole, []byte("PK\x01\x02"), []byte("PK\x01\x02"), 1)
		at := bytes.LastIndex(renamed, []byte(role+".npy"))
		renamed[at]++
		out = append(out, fileCase{name: "directory renames " + role, data: renamed, want: fmt.Sprintf("array \"%c%s\": damaged: its entry differs", role[0]+1, role[1:])})
	}
	return out
}

// headerCases are arrays whose header is odd, in a file that is whole.
func headerCases(t *testing.T) []fileCase {
	four := make([]byte, 4)
	version := func(v byte, dictionary string, data []byte) []byte {
		n := len(dictionary)
		b := append([]byte("\x93NUMPY"), v, 0, byte(n), byte(n>>8))
		if v > 1 {
			b = append(b, byte(n>>16), byte(n>>24))
		}
		return append(append(b, dictionary...), data...)
	}
	f4 := "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
	var out []fileCase
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"version 1":          {version(1, f4, four), ""},
		"version 2":          {version(2, f4, four), ""},
		"version 3":          {version(3, "{'descr': [('名', '<f4')], 'fortran_order': False, 'shape': (1,), }", four), ""},
		"other quotes":       {version(1, `{"shape":(1L,),"fortran_order":True,"descr":"<f4"}`, four), ""},
		"one value":          {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", four), ""},
		"no values":          {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", nil), ""},
		"many dimensions":    {version(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1,1,1,1,1,1), }", four), ""},
		"version 0":          {version(0, f4, four), ".npy version 0 is not supported"},
		"version 4":          {version(4, f4, four), ".npy version 4 is not supported"},
		"no magic":           {[]byte("hello, this is no array"), "not a .npy array"},
		"nothing":            {nil, "not a .npy array"},
		"magic alone":        {[]byte("\x93NUMPY\x02\x00\xff\xff"), "malformed .npy header"},
		"long header":        {version(1, f4+strings.Repeat(" ", 20000), four), ".npy header of 20057 bytes, more than 10000"},
		"endless header":     {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}"), ".npy header of 4294967295 bytes"},
		"cut header":         {version(1, f4, nil)[:30], "malformed .npy header"},
		"not a dictionary":   {version(1, "[1, 2]", four), "malformed .npy header"},
		"key missing":        {version(1, "{'descr': '<f4', 'shape': (1,), }", four), "malformed .npy header"},
		"key twice":          {version(1, "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", four), "malformed .npy header"},
		"key unknown":        {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", four), "malformed .npy header"},
		"expression":         {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1+0,), }", four), "malformed .npy header"},
		"negative shape":     {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", four), "malformed .npy header"},
		"endless shape":      {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", four), "malformed .npy header"},
		"shape overflows":    {version(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", four), "shape [4294967296 4294967296] of float64 does not match its 4 bytes"},
		"65 dimensions":      {version(1, "{'descr': '<f4', 'fortran_order': False, 'shape': ("+strings.Repeat("1,", 65)+"), }", four), "malformed .npy header"},
		"too little data":    {version(1, f4, four[:3]), "shape [1] of float32 does not match its 3 bytes of data"},
		"too much data":      {version(1, f4, make([]byte, 5)), "shape [1] of float32 does not match its 5 bytes of data"},
		"fields without end": {version(1, "{'descr': [('a', '<f4'), 'fortran_order': False, 'shape': (1,), }", four), "malformed .npy header"},
		"maybe":              {version(1, "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", four), "malformed .npy header"},
	} {
		want := c.want
		if want != "" {
			want = `array "spare": ` + want
		}
		out = append(out, fileCase{name: "header: " + name, data: zipped(t, members(small(), member{name: "spare.npy", data: c.data})...), want: want})
	}
	return out
}
