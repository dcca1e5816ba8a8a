package parquet_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
)

// file is a Parquet file that is taken apart.
type file struct {
	body []byte // with the magic, without the metadata
	meta format.FileMetaData
}

func apart(t *testing.T, path string) *file {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := len(data) - 8
	f := &file{body: data[:end-int(binary.LittleEndian.Uint32(data[end:]))]}
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, data[len(f.body):end], &f.meta); err != nil {
		t.Fatal(err)
	}
	return f
}

// whole puts the file together with metadata that were changed.
func (f *file) whole(t *testing.T) []byte {
	t.Helper()
	meta, err := thrift.Marshal(&thrift.CompactProtocol{}, f.meta)
	if err != nil {
		t.Fatal(err)
	}
	return framed(f.body, meta)
}

func framed(body, meta []byte) []byte {
	out := append(bytes.Clone(body), meta...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(meta))), "PAR1"...)
}

// page replaces a column by one page.
func (f *file) page(t *testing.T, column int, codec format.CompressionCodec, header format.PageHeader, body []byte) []byte {
	t.Helper()
	m := &f.meta.RowGroups[0].Columns[column].MetaData
	header.CompressedPageSize = int32(len(body))
	head, err := thrift.Marshal(&thrift.CompactProtocol{}, header)
	if err != nil {
		t.Fatal(err)
	}
	m.DataPageOffset, m.DictionaryPageOffset, m.Codec = int64(len(f.body)), 0, codec
	m.TotalCompressedSize = int64(len(head) + len(body))
	f.body = append(append(f.body, head...), body...)
	return f.whole(t)
}

// data is a page of the first version.
func data(count int32, encoding format.Encoding, size int32) format.PageHeader {
	return format.PageHeader{Type: format.DataPage, UncompressedPageSize: size, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues: count, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
}

// varint is what the compact protocol writes for a number without a sign.
func varint(x uint64) []byte { return binary.AppendUvarint(nil, x) }

// hostile are files that claim more than they hold, or what no Parquet file holds.
func hostile(t *testing.T) map[string][]byte {
	const path = "testdata/plain.parquet" // dialogue, turn, speaker, split, label, class, text, audio
	with := func(change func(m *format.FileMetaData)) []byte {
		f := apart(t, path)
		change(&f.meta)
		return f.whole(t)
	}
	paged := func(column int, codec format.CompressionCodec, header format.PageHeader, body []byte) []byte {
		return apart(t, path).page(t, column, codec, header, body)
	}
	body := apart(t, path).body
	list := func(kind byte, n uint64) []byte { return append([]byte{0x29, 0xf0 | kind}, varint(n)...) } // field 2, a list
	bomb := func() []byte {
		var out bytes.Buffer
		w, _ := zstd.NewWriter(&out)
		for range 300 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
		w.Close()
		return out.Bytes()
	}()
	levels := func(run uint64, value byte) []byte { // one run, of the first version
		run <<= 1
		encoded := append(varint(run), value)
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(encoded))), encoded...)
	}
	const dialogue, turn, text = 0, 1, 6
	return map[string][]byte{
		"empty":                       {},
		"magic alone":                 []byte("PAR1PAR1"),
		"metadata longer than file":   append(append([]byte("PAR1"), 0xff, 0xff, 0xff, 0x7f), "PAR1"...),
		"no metadata":                 framed(body, nil),
		"two billion columns":         framed(body, append(list(12, 1<<31-1), make([]byte, 100)...)),
		"columns of one byte":         framed(body, append(list(12, 1<<20), make([]byte, 1<<20)...)),
		"endless nesting":             framed(body, bytes.Repeat([]byte{0x1c}, 1<<20)),
		"encrypted":                   append(append([]byte("PARE"), make([]byte, 20)...), "PARE"...),
		"no columns":                  with(func(m *format.FileMetaData) { m.Schema = nil }),
		"schema cut":                  with(func(m *format.FileMetaData) { m.Schema = m.Schema[:4] }),
		"children without end":        with(func(m *format.FileMetaData) { m.Schema[0].NumChildren = thrift.New(int32(1<<31 - 1)) }),
		"fewer children":              with(func(m *format.FileMetaData) { m.Schema[0].NumChildren = thrift.New(int32(2)) }),
		"negative rows":               with(func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = -1, -1 }),
		"more rows":                   with(func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 4e6, 4e6 }),
		"some more rows":              with(func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 6, 6 }),
		"fewer rows":                  with(func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 4, 4 }),
		"rows that overflow":          with(func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 1<<62, 1<<62 }),
		"rows of groups differ":       with(func(m *format.FileMetaData) { m.NumRows = 4 }),
		"column outside":              with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[text].MetaData.DataPageOffset = 1 << 40 }),
		"column before the beginning": with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[text].MetaData.DataPageOffset = -5 }),
		"column too long":             with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[text].MetaData.TotalCompressedSize = 1 << 62 }),
		"column elsewhere":            with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[text].FilePath = "/etc/passwd" }),
		"column of another type":      with(func(m *format.FileMetaData) { m.Schema[2].Type = thrift.New(format.Double) }),
		"unknown compression":         with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[turn].MetaData.Codec = 99 }),
		"column in itself":            with(func(m *format.FileMetaData) { m.RowGroups[0].Columns[turn].MetaData.DataPageOffset = 0 }),
		"values of no width": with(func(m *format.FileMetaData) {
			m.Schema[1].Type, m.Schema[1].TypeLength = thrift.New(format.FixedLenByteArray), thrift.New(int32(0))
		}),
		"page of two billion values":   paged(turn, format.Uncompressed, data(1<<31-1, format.Plain, 8), make([]byte, 8)),
		"page of negative size":        paged(turn, format.Uncompressed, data(5, format.Plain, -8), make([]byte, 40)),
		"page without values":          paged(turn, format.Uncompressed, data(5, format.Plain, 0), nil),
		"page cut":                     paged(turn, format.Uncompressed, data(5, format.Plain, 39), make([]byte, 39)),
		"page without dictionary":      paged(turn, format.Uncompressed, data(5, format.RLEDictionary, 3), []byte{8, 10, 0}),
		"unknown encoding":             paged(turn, format.Uncompressed, data(5, 77, 40), make([]byte, 40)),
		"delta of two billion values":  paged(turn, format.Uncompressed, data(5, format.DeltaBinaryPacked, 9), append(append([]byte{128, 1, 4}, varint(1<<31)...), 0)),
		"delta of blocks of no values": paged(turn, format.Uncompressed, data(5, format.DeltaBinaryPacked, 4), []byte{0, 4, 5, 0}),
		"text longer than its page":    paged(dialogue, format.Uncompressed, data(5, format.Plain, 8), []byte{0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}),
		"snappy of four gigabytes":     paged(turn, format.Snappy, data(5, format.Plain, 1<<31-1), append(varint(1<<32-1), 1, 2, 3)),
		"snappy that says otherwise":   paged(turn, format.Snappy, data(5, format.Plain, 40), snappy.Encode(nil, make([]byte, 1<<20))),
		"zstd bomb":                    paged(turn, format.Zstd, data(5, format.Plain, 40), bomb),
		"zstd bomb of an honest size":  paged(turn, format.Zstd, data(5, format.Plain, 300<<20), bomb),
		"no gzip":                      paged(turn, format.Gzip, data(5, format.Plain, 40), []byte("no gzip")),
		"no brotli":                    paged(turn, format.Brotli, data(5, format.Plain, 40), []byte("no brotli, this")),
		"no lz4":                       paged(turn, format.Lz4Raw, data(5, format.Plain, 40), []byte{0xff, 0xff, 0xff}),
		"levels of two billion":        paged(text, format.Uncompressed, data(1<<31-1, format.Plain, 20), append(levels(1<<31, 1), levels(1<<31, 3)...)),
		"levels that repeat a null":    paged(text, format.Uncompressed, data(1<<25, format.Plain, 20), append(levels(1<<25, 0), levels(1<<25, 0)...)),
		"one list without end":         paged(text, format.Uncompressed, data(1<<20, format.Plain, 20), append(levels(1<<20, 1), levels(1<<20, 3)...)),
		"levels cut":                   paged(text, format.Uncompressed, data(5, format.Plain, 4), []byte{200, 0, 0, 0}),
		"null in a list":               paged(text, format.Uncompressed, data(5, format.Plain, 20), append(levels(5, 0), levels(5, 2)...)),
	}
}

func TestHostile(t *testing.T) {
	files := hostile(t)
	if len(files) < 40 {
		t.Errorf("%d files, want at least 40", len(files))
	}
	for name, data := range files {
		path := filepath.Join(t.TempDir(), "hostile.parquet")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		taken := allocated(func() {
			_, err := dataset.Open(path, dataset.Fields{})
			formattest.Refused(t, path, err, "")
			if err != nil {
				for _, word := range []string{"thrift", "snappy:", "zstd", "lz4:", "EOF", "Unmarshal", "runtime"} {
					if strings.Contains(err.Error(), word) {
						t.Errorf("%s: %q holds the words of a library", name, err)
					}
				}
			}
		})
		if taken > 200<<20 {
			t.Errorf("%s: took %d MiB", name, taken>>20)
		}
	}
}

// allocated returns the bytes that f takes in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Copies with random damage, 5,000 in all, are read or refused in a line.
func TestDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	path := filepath.Join(t.TempDir(), "damaged.parquet")
	for name, trials := range map[string]int{"small": 1200, "plain": 1200, "columns": 1200, "half": 1200, "long": 100, "split": 100} {
		if testing.Short() {
			trials /= 20
		}
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		meta := int(binary.LittleEndian.Uint32(whole[len(whole)-8:])) + 8
		for i := range trials {
			data := bytes.Clone(whole)
			for range 1 + i%4 {
				at := rng.IntN(len(data))
				if i%2 == 0 { // the metadata
					at = len(data) - 1 - rng.IntN(meta)
				}
				data[at] = byte(rng.Uint32())
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			taken := allocated(func() {
				corpus, err := dataset.Open(path, dataset.Fields{})
				if err != nil {
					formattest.Refused(t, path, err, "")
				} else {
					formattest.Verify(t, corpus)
				}
			})
			if taken > 200<<20 {
				t.Errorf("%s, trial %d: took %d MiB", name, i, taken>>20)
			}
		}
	}
}
