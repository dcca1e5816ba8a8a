package parquet

import (
	"encoding/binary"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"gsdnet/internal/fault"
)

const (
	magic      = "PAR1"
	maxFooter  = 64 << 20
	maxNesting = 16 // of columns

	hintDamaged = "copy the file again, or write it again with the program that made it"
)

var errDisk = fault.Failure("check the disk", "it cannot be read")

// leaf is a column with values, as the schema describes it. A list of numbers is one.
type leaf struct {
	path       []string
	kind       format.Type
	width      int // bytes of a value of fixed length
	half       bool
	repetition int // levels of repetition; 1 is a list
	definition int // the level of a value that is there
	element    int // the level at which a list has an element, which may be null
}

// footer reads the metadata at the end of a file of at most so many rows, and the columns of
// its schema in the order in which row groups have them.
func footer(file io.ReaderAt, size, most int64) (*format.FileMetaData, []leaf, error) {
	const frame = len(magic) + 4 // at the end: the length of the metadata and the magic
	var head [len(magic)]byte
	var tail [frame]byte
	if size < int64(len(head)+frame) {
		return nil, nil, fault.Input(hintDamaged, "not a Parquet file: it has %d bytes", size)
	}
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return nil, nil, errDisk
	}
	if _, err := file.ReadAt(tail[:], size-int64(frame)); err != nil {
		return nil, nil, errDisk
	}
	if string(head[:]) == "PARE" || string(tail[4:]) == "PARE" {
		return nil, nil, fault.Input("write it without encryption", "the file is encrypted")
	}
	if string(head[:]) != magic || string(tail[4:]) != magic {
		return nil, nil, fault.Input(hintDamaged, "not a Parquet file, or one that was cut")
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > size-int64(len(head)+frame) || length > maxFooter {
		return nil, nil, fault.Input(hintDamaged, "damaged: metadata of %d bytes in a file of %d", length, size)
	}
	data := make([]byte, length)
	if _, err := file.ReadAt(data, size-int64(frame)-length); err != nil {
		return nil, nil, errDisk
	}
	meta := &format.FileMetaData{}
	if err := decode(data, meta); err != nil {
		return nil, nil, err
	}
	if meta.EncryptionAlgorithm.Value != nil {
		return nil, nil, fault.Input("write it without encryption", "the file is encrypted")
	}
	columns, err := columnsOf(meta, most)
	return meta, columns, err
}

// decode decodes a structure that scan accepts.
func decode(data []byte, into any) error {
	n, err := scan(data)
	if err != nil {
		return fault.Input(hintDamaged, "damaged: %w", err)
	}
	protocol := thrift.CompactProtocol{}
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(data[:n])).Decode(into); err != nil {
		return fault.Input(hintDamaged, "damaged: %w", errScan)
	}
	return nil
}

// columnsOf lists the columns and checks the row groups against them and the rows against
// the most that there may be.
func columnsOf(meta *format.FileMetaData, most int64) ([]leaf, error) {
	if len(meta.Schema) == 0 || meta.Schema[0].Type.Valid {
		return nil, fault.Input(hintDamaged, "damaged: it has no schema")
	}
	s := schema{elements: meta.Schema[1:]}
	for range meta.Schema[0].NumChildren.V {
		if err := s.read(nil, 0, 0, 0); err != nil {
			return nil, err
		}
	}
	rows := int64(0)
	for i, group := range meta.RowGroups {
		if len(group.Columns) != len(s.leaves) {
			return nil, fault.Input(hintDamaged, "damaged: row group %d has %d columns, want %d", i, len(group.Columns), len(s.leaves))
		}
		if group.NumRows < 0 || group.NumRows > most || rows+group.NumRows > most {
			return nil, fault.Input("split the corpus", "more than %d rows", most)
		}
		rows += group.NumRows
	}
	if rows != meta.NumRows {
		return nil, fault.Input(hintDamaged, "damaged: %d rows, but %d in its row groups", meta.NumRows, rows)
	}
	return s.leaves, nil
}

// schema walks through the list of elements, in which the children of a group follow it.
type schema struct {
	elements []format.SchemaElement
	at       int
	leaves   []leaf
}

func (s *schema) read(path []string, repetition, definition, element int) error {
	if s.at >= len(s.elements) || len(path) >= maxNesting {
		return fault.Input(hintDamaged, "damaged: its schema is cut, or columns are nested more than %d deep", maxNesting)
	}
	e := &s.elements[s.at]
	s.at++
	path = append(path[:len(path):len(path)], e.Name)
	if e.RepetitionType.Valid {
		switch e.RepetitionType.V {
		case format.Optional:
			definition++
		case format.Repeated:
			repetition, definition = repetition+1, definition+1
			element = definition
		}
	}
	if !e.Type.Valid {
		for range e.NumChildren.V {
			if err := s.read(path, repetition, definition, element); err != nil {
				return err
			}
		}
		return nil
	}
	l := leaf{path: path, kind: e.Type.V, repetition: repetition, definition: definition, element: element}
	switch l.kind {
	case format.Int32, format.Float:
		l.width = 4
	case format.Int64, format.Double:
		l.width = 8
	case format.Boolean:
		l.width = 1
	case format.Int96:
		l.width = 12
	case format.FixedLenByteArray:
		if e.TypeLength.V < 1 || e.TypeLength.V > maxPage {
			return fault.Input(hintDamaged, "damaged: column %.80q has values of %d bytes", e.Name, e.TypeLength.V)
		}
		l.width = int(e.TypeLength.V)
		_, l.half = e.LogicalType.Value.(*format.Float16Type)
		l.half = l.half && l.width == 2
	}
	s.leaves = append(s.leaves, l)
	return nil
}

// numeric reports whether the values are numbers.
func (l *leaf) numeric() bool {
	switch l.kind {
	case format.Int32, format.Int64, format.Float, format.Double, format.Boolean:
		return true
	}
	return l.half
}

// describe says what a column holds, in words for messages.
func (l *leaf) describe() string {
	what := map[format.Type]string{
		format.Boolean: "booleans", format.Int32: "whole numbers", format.Int64: "whole numbers",
		format.Float: "numbers", format.Double: "numbers", format.ByteArray: "text",
	}[l.kind]
	switch {
	case l.half:
		what = "numbers"
	case what == "":
		what = "dates or raw bytes"
	}
	if l.repetition > 0 {
		return "lists of " + what
	}
	return what
}
