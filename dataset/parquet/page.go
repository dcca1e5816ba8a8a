package parquet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"hash/crc32"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"

	"gsdnet/internal/fault"
)

// Limits of a page, which is in memory as a whole. Programs write pages of about a
// megabyte.
const (
	maxHeader = 1 << 20   // bytes of a page's header, which may hold long texts
	maxPage   = 256 << 20 // bytes of a page, unpacked
	maxValues = 1 << 25   // values of a page; a short page may repeat one value often
)

// page is a page of data or a dictionary, unpacked and not yet decoded.
type page struct {
	dictionary  bool
	count       int // of values, those that are null included
	encoding    format.Encoding
	repetitions []byte // encoded levels
	definitions []byte
	values      []byte
}

// pages reads the pages of one column of one row group.
type pages struct {
	codec format.CompressionCodec
	leaf  *leaf
	in    *bufio.Reader
}

// open returns the pages of a column.
func (l *leaf) open(file io.ReaderAt, size int64, chunk *format.ColumnChunk) (*pages, error) {
	m := &chunk.MetaData
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < start {
		start = m.DictionaryPageOffset
	}
	switch {
	case chunk.FilePath != "":
		return nil, fault.Input("write it as one file", "the column is stored in another file")
	case m.Type != l.kind:
		return nil, fault.Input(hintDamaged, "damaged: its type differs from that in the schema")
	case start < 0 || m.TotalCompressedSize < 0 || start > size || m.TotalCompressedSize > size-start:
		return nil, fault.Input(hintDamaged, "damaged: the column is outside the file")
	}
	section := io.NewSectionReader(file, start, m.TotalCompressedSize)
	return &pages{codec: m.Codec, leaf: l, in: bufio.NewReaderSize(section, min(maxHeader, int(m.TotalCompressedSize)+16))}, nil
}

// next returns the next page, and io.EOF after the last one.
func (p *pages) next() (*page, error) {
	ahead, err := p.in.Peek(maxHeader)
	switch {
	case len(ahead) == 0 && (errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull)):
		return nil, io.EOF
	case len(ahead) == 0:
		return nil, errDisk
	}
	n, err := scan(ahead)
	if err != nil {
		return nil, fault.Input(hintDamaged, "damaged: a page has no header")
	}
	header := &format.PageHeader{}
	if err := decode(bytes.Clone(ahead[:n]), header); err != nil {
		return nil, err
	}
	_, _ = p.in.Discard(n)
	packed, unpacked := int(header.CompressedPageSize), int(header.UncompressedPageSize)
	if packed < 0 || unpacked < 0 || packed > maxPage || unpacked > maxPage {
		return nil, fault.Input("write smaller pages", "a page of %d bytes, packed %d; at most %d are read", unpacked, packed, maxPage)
	}
	var buffer bytes.Buffer // grows with what is there, not with what is declared
	if _, err := io.CopyN(&buffer, p.in, int64(packed)); err != nil {
		return nil, fault.Input(hintDamaged, "damaged: a page is cut")
	}
	body := buffer.Bytes()
	if header.CRC != 0 && uint32(header.CRC) != crc32.ChecksumIEEE(body) {
		return nil, fault.Input(hintDamaged, "damaged: the checksum of a page does not match")
	}
	return p.split(header, body, unpacked)
}

// split unpacks a page and finds its parts.
func (p *pages) split(header *format.PageHeader, body []byte, size int) (*page, error) {
	var out *page
	var err error
	switch {
	case header.Type == format.DictionaryPage && header.DictionaryPageHeader.Valid:
		h := &header.DictionaryPageHeader.V
		out = &page{dictionary: true, count: int(h.NumValues), encoding: format.Plain}
		out.values, err = unpack(p.codec, body, size)
	case header.Type == format.DataPage && header.DataPageHeader.Valid:
		h := &header.DataPageHeader.V
		out = &page{count: int(h.NumValues), encoding: h.Encoding}
		if out.values, err = unpack(p.codec, body, size); err == nil {
			err = out.levels(p.leaf)
		}
	case header.Type == format.DataPageV2 && header.DataPageHeaderV2.Valid:
		h := &header.DataPageHeaderV2.V
		out = &page{count: int(h.NumValues), encoding: h.Encoding}
		r, d := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
		if r < 0 || d < 0 || r > len(body) || d > len(body)-r || size < r+d {
			return nil, fault.Input(hintDamaged, "damaged: the levels of a page are cut")
		}
		out.repetitions, out.definitions = body[:r], body[r:r+d]
		codec := p.codec
		if h.IsCompressed.Valid && !h.IsCompressed.V {
			codec = format.Uncompressed
		}
		out.values, err = unpack(codec, body[r+d:], size-r-d)
	default:
		return nil, fault.Input(hintDamaged, "damaged: a page of an unknown kind")
	}
	if err == nil && (out.count < 0 || out.count > maxValues) {
		err = fault.Input("write smaller pages", "a page of %d values; at most %d are read", out.count, maxValues)
	}
	return out, err
}

// levels cuts the levels off the front of a page of the first version, each with its
// length in four bytes.
func (p *page) levels(l *leaf) error {
	for _, part := range []struct {
		most  int
		bytes *[]byte
	}{{l.repetition, &p.repetitions}, {l.definition, &p.definitions}} {
		if part.most == 0 {
			continue
		}
		var ok bool
		if *part.bytes, p.values, ok = prefixed(p.values); !ok {
			return fault.Input(hintDamaged, "damaged: the levels of a page are cut")
		}
	}
	return nil
}

// unpack decompresses to size bytes, as declared.
func unpack(codec format.CompressionCodec, data []byte, size int) ([]byte, error) {
	var in io.Reader
	var err error
	switch codec {
	case format.Uncompressed:
		return data, nil
	case format.Snappy:
		n, err := snappy.DecodedLen(data)
		if err != nil || n != size {
			return nil, fault.Input(hintDamaged, "damaged: a page does not unpack to %d bytes", size)
		}
		out, err := snappy.Decode(nil, data)
		if err != nil {
			return nil, fault.Input(hintDamaged, "damaged: a page does not unpack")
		}
		return out, nil
	case format.Lz4Raw:
		out := make([]byte, size)
		n, err := lz4.UncompressBlock(data, out)
		if err != nil || n != size {
			return nil, fault.Input(hintDamaged, "damaged: a page does not unpack to %d bytes", size)
		}
		return out, nil
	case format.Gzip:
		in, err = gzip.NewReader(bytes.NewReader(data))
	case format.Brotli:
		in = brotli.NewReader(bytes.NewReader(data))
	case format.Zstd:
		var z *zstd.Decoder
		z, err = zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderLowmem(true))
		if err == nil {
			defer z.Close()
		}
		in = z
	default:
		return nil, fault.Input("compress it with snappy, gzip, zstd, lz4_raw or brotli, or not at all", "its pages are compressed by method %d, which is not supported", int(codec))
	}
	if err != nil {
		return nil, fault.Input(hintDamaged, "damaged: a page does not unpack")
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(in, int64(size)+1))
	if err != nil || n != int64(size) {
		return nil, fault.Input(hintDamaged, "damaged: a page does not unpack to %d bytes", size)
	}
	return out.Bytes(), nil
}
