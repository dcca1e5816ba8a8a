package parquet

import (
	"encoding/binary"
	"errors"
)

// Limits of the metadata. A file that passes them is decoded by the library, which
// allocates what lists declare and recurses as deep as structures are nested.
const (
	maxDepth  = 32      // of nested structures; the format needs 8
	maxStruct = 1 << 18 // structures in lists of a file's metadata: columns, chunks, row groups
	maxItems  = 1 << 22 // other items of lists
)

var errScan = errors.New("its metadata cannot be decoded")

// Types of the compact protocol.
const (
	typeTrue = 1 + iota
	typeFalse
	typeByte
	typeInt16
	typeInt32
	typeInt64
	typeDouble
	typeBinary
	typeList
	typeSet
	typeMap
	typeStruct
)

// scan walks through one structure of Thrift's compact protocol without decoding it, and
// returns its length in bytes. It returns an error unless everything that the structure
// declares is there and within the limits.
func scan(data []byte) (length int, err error) {
	s := scanner{data: data}
	s.value(typeStruct, 0)
	if s.failed {
		return 0, errScan
	}
	return s.at, nil
}

type scanner struct {
	data           []byte
	at             int
	structs, items int // in lists
	failed         bool
}

func (s *scanner) byte() byte {
	if s.failed || s.at >= len(s.data) {
		s.failed = true
		return 0
	}
	s.at++
	return s.data[s.at-1]
}

func (s *scanner) varint() uint64 {
	if s.failed {
		return 0
	}
	x, n := binary.Uvarint(s.data[s.at:])
	if n <= 0 {
		s.failed = true
		return 0
	}
	s.at += n
	return x
}

func (s *scanner) skip(n uint64) {
	if s.failed || n > uint64(len(s.data)-s.at) {
		s.failed = true
		return
	}
	s.at += int(n)
}

// value passes over a value of a type. A boolean that is a field has no bytes; one in a
// list has one.
func (s *scanner) value(kind byte, depth int) {
	if depth > maxDepth {
		s.failed = true
	}
	if s.failed {
		return
	}
	switch kind {
	case typeTrue, typeFalse, typeByte:
		s.byte()
	case typeInt16, typeInt32, typeInt64:
		s.varint()
	case typeDouble:
		s.skip(8)
	case typeBinary:
		s.skip(s.varint())
	case typeList, typeSet:
		head := s.byte()
		n := uint64(head >> 4)
		if n == 15 {
			n = s.varint()
		}
		s.list(head&15, n, depth)
	case typeStruct:
		for {
			head := s.byte()
			if s.failed || head == 0 {
				return
			}
			if head>>4 == 0 {
				s.varint()
			}
			if field := head & 15; field != typeTrue && field != typeFalse {
				s.value(field, depth+1)
			}
		}
	default: // the metadata have no maps
		s.failed = true
	}
}

func (s *scanner) list(kind byte, n uint64, depth int) {
	if n > uint64(len(s.data)-s.at) { // every item has at least a byte
		s.failed = true
		return
	}
	if kind == typeStruct || kind == typeList {
		s.structs += int(n)
	} else {
		s.items += int(n)
	}
	if s.structs > maxStruct || s.items > maxItems {
		s.failed = true
	}
	for range n {
		if s.failed {
			return
		}
		s.value(kind, depth+1)
	}
}
