package npz

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"io"
)

// A zip has every entry's name and checksum twice: in the header before its
// data and in the directory at the end. The zip reader trusts the directory; a
// damaged name there would make an optional array vanish without a word.
// The layout is that of APPNOTE.TXT, section 4.3.7.
const (
	localSignature = 0x04034b50
	localFixed     = 30 // bytes before the name
	// mostExtra bounds the extra field that is looked behind for the header.
	// NumPy writes 20 bytes.
	mostExtra = 4096
	// sizesFollow is the flag of an entry whose checksum stands after its data.
	sizesFollow = 8
)

var errDirectory = errors.New("damaged: its entry differs from the archive's directory")

// checkLocal compares the header before an entry's data with the directory.
func checkLocal(file io.ReaderAt, entry *zip.File) error {
	data, err := entry.DataOffset()
	if err != nil {
		return errDirectory
	}
	before := make([]byte, min(data, localFixed+MaxNameBytes+mostExtra))
	if n, err := file.ReadAt(before, data-int64(len(before))); n < len(before) {
		return readFault(err)
	}
	for at := len(before) - localFixed; at >= 0; at-- {
		head, u16, u32 := before[at:], binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
		nameEnd := localFixed + int(u16(head[26:]))
		if u32(head) != localSignature || nameEnd+int(u16(head[28:])) != len(head) {
			continue
		}
		if string(head[localFixed:nameEnd]) != entry.Name || u16(head[8:]) != entry.Method ||
			u16(head[6:])&sizesFollow == 0 && u32(head[14:]) != entry.CRC32 {
			return errDirectory
		}
		return nil
	}
	return errDirectory
}
