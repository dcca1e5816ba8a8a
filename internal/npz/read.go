package npz

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode"

	"gsdnet/internal/fault"
)

// What a file may ask for. All of it is checked against the declared sizes
// before anything is unpacked, and again while unpacking.
const (
	MaxEntries    = 1024    // arrays in a file
	MaxNameBytes  = 256     // the name of an array
	MaxArrayBytes = 4 << 30 // one array, unpacked
	MaxTotalBytes = 8 << 30 // all of them

	// maxInflation is the most that DEFLATE can do: 258 bytes from two bits.
	// A declared size beyond it is a lie, and because of it a small file can
	// only ever ask for a little memory.
	maxInflation = 1032
)

const (
	hintDamaged = "the file is damaged or incomplete: copy or download it again"
	hintBomb    = "no corpus needs this: do not trust the file"
)

// ReadFile reads a whole archive. The error names the path, the array and what
// is wrong with it; it is a fault.Input.
func ReadFile(path string) (*File, error) {
	shown := Shown(path)
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Input("check the path", "%s: no such file", shown)
		}
		return nil, fault.Input("check the path and its permissions", "%s: %s", shown, reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.Input("check the path", "%s: %s", shown, reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fault.Input("give the path of a .npz file, or - for standard input", "%s: not a file", shown)
	}
	if info.Size() > MaxTotalBytes {
		return nil, tooLarge(shown)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return nil, fault.Failure("check the disk", "%s: %s", shown, reason(err))
	}
	return named(shown, f, info.Size(), sum)
}

// ReadStream reads a whole archive from a stream that cannot be sought, and
// holds it in memory meanwhile. Errors call it by that name.
func ReadStream(name string, r io.Reader) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxTotalBytes+1))
	if err != nil {
		return nil, fault.Failure("check what is piped in", "%s: %s", name, reason(err))
	}
	if len(data) > MaxTotalBytes {
		return nil, tooLarge(name)
	}
	sum := sha256.New()
	sum.Write(data)
	return named(name, bytes.NewReader(data), int64(len(data)), sum)
}

// Shown returns a path as messages write it: quoted if it would not be one line
// of text otherwise.
func Shown(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(path)
	}
	return path
}

func tooLarge(name string) error {
	return fault.Input("split the corpus", "%s: more than %d bytes", name, int64(MaxTotalBytes))
}

// reason returns what the operating system says of a path, without the path.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}

// named reads an archive, puts its name before an error, and keeps its hash.
func named(name string, r io.ReaderAt, size int64, sum hash.Hash) (*File, error) {
	file, err := Read(r, size)
	if err != nil {
		return nil, fault.Input(fault.Of(err), "%s: %w", name, err)
	}
	file.Hash = hex.EncodeToString(sum.Sum(nil))
	return file, nil
}

// Read reads a whole archive of that many bytes. The error names the array and
// what is wrong with it; it is a fault.Input.
func Read(r io.ReaderAt, size int64) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, notArchive(r, size)
	}
	if err := checkSizes(archive.File, uint64(size)); err != nil {
		return nil, err
	}
	file := &File{}
	for _, entry := range archive.File {
		name := strings.TrimSuffix(entry.Name, ".npy")
		if file.Get(name) != nil {
			return nil, fault.Input(hintDamaged, "array %q is there twice", name)
		}
		a, err := readArray(r, entry)
		if err != nil {
			tip := fault.Of(err)
			if tip == "" {
				tip = hintDamaged
			}
			return nil, fault.Input(tip, "array %q: %w", name, err)
		}
		file.Set(name, a)
	}
	return file, nil
}

// Unpacked returns how many bytes the arrays of an archive take in memory, without reading
// them. Its errors are those of Read for a file that is no archive and for sizes that are
// not possible.
func Unpacked(r io.ReaderAt, size int64) (int64, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return 0, notArchive(r, size)
	}
	if err := checkSizes(archive.File, uint64(size)); err != nil {
		return 0, err
	}
	var sum int64
	for _, entry := range archive.File {
		sum += int64(entry.UncompressedSize64) // at most MaxTotalBytes together
	}
	return sum, nil
}

// notArchive says what a file that is no zip may be.
func notArchive(r io.ReaderAt, size int64) error {
	start := make([]byte, 8)
	n, _ := r.ReadAt(start, 0)
	switch {
	case size == 0:
		return fault.Input("write it with np.savez", "not a .npz archive: it is empty")
	case strings.HasPrefix(string(start[:n]), "PK"):
		return fault.Input(hintDamaged, "not a .npz archive: its end is missing or damaged")
	case strings.HasPrefix(string(start[:n]), magic):
		return fault.Input("save all arrays in one file: np.savez(file, text=text, dialogue=dialogue, …)",
			"not a .npz archive: it is a single array (.npy)")
	}
	return fault.Input("write it with np.savez, or copy it again if it once was whole", "not a .npz archive")
}

// checkSizes holds the archive's directory against the limits and against the
// size of the file itself. Overlapping entries fail it too: together they claim
// more packed bytes than there are.
func checkSizes(entries []*zip.File, size uint64) error {
	if len(entries) > MaxEntries {
		return fault.Input(hintBomb, "%d arrays, more than %d", len(entries), MaxEntries)
	}
	var packed, unpacked uint64
	for _, e := range entries {
		if err := checkName(e.Name); err != nil {
			return err
		}
		name := strings.TrimSuffix(e.Name, ".npy")
		switch {
		case e.Flags&1 != 0:
			return fault.Input("save it without a password", "array %q is encrypted", name)
		case e.Method != zip.Store && e.Method != zip.Deflate:
			return fault.Input("save it with np.savez", "array %q: compression method %d is not supported", name, e.Method)
		case e.CompressedSize64 > size:
			return fault.Input(hintDamaged, "array %q: claims %d packed bytes in a file of %d", name, e.CompressedSize64, size)
		case e.UncompressedSize64 > MaxArrayBytes+MaxHeaderBytes:
			return fault.Input(hintBomb, "array %q: unpacks to %d bytes, more than %d", name, e.UncompressedSize64, int64(MaxArrayBytes))
		case e.UncompressedSize64 > maxInflation*e.CompressedSize64,
			e.Method == zip.Store && e.UncompressedSize64 != e.CompressedSize64:
			return fault.Input(hintBomb, "array %q: claims %d bytes, which its %d packed bytes cannot hold",
				name, e.UncompressedSize64, e.CompressedSize64)
		}
		packed += e.CompressedSize64
		unpacked += e.UncompressedSize64
	}
	if unpacked > MaxTotalBytes {
		return fault.Input(hintBomb, "unpacks to %d bytes, more than %d", unpacked, int64(MaxTotalBytes))
	}
	if packed > size {
		return fault.Input(hintBomb, "entries overlap: they claim %d packed bytes in a file of %d", packed, size)
	}
	return nil
}

// checkName keeps messages readable and copies harmless: arrays are never
// unpacked to the disk here, but what is written back may be, elsewhere.
func checkName(name string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == '\\' }
	base, isNpy := strings.CutSuffix(name, ".npy")
	if !isNpy || len(name) > MaxNameBytes || !fs.ValidPath(base) || strings.ContainsFunc(name, odd) {
		if len(name) > MaxNameBytes {
			name = name[:MaxNameBytes] + "…"
		}
		return fault.Input("write it with np.savez", "entry %q is not the name of an array", name)
	}
	return nil
}

// readArray unpacks one entry. Memory for the data is taken only when header
// and directory agree on its size to the byte. Of an element type that is not
// read, the bytes are kept as they are.
func readArray(file io.ReaderAt, entry *zip.File) (*Array, error) {
	if err := checkLocal(file, entry); err != nil {
		return nil, err
	}
	r, err := entry.Open()
	if err != nil {
		return nil, readFault(err)
	}
	defer r.Close()
	sum := crc32.NewIEEE()
	summed := io.TeeReader(r, sum)
	h, err := readHeader(summed)
	if err != nil {
		return nil, err
	}
	a := &Array{DType: h.dtype, Shape: h.shape, Fortran: h.fortran, header: h.raw}
	have := int64(entry.UncompressedSize64) - int64(len(h.raw))
	if t := parseDType(h.dtype); t.kind != Other {
		if want, ok := bytesOf(h.shape, t.size, MaxArrayBytes); !ok || want != have {
			return nil, fmt.Errorf("shape %v of %s does not match its %d bytes of data", h.shape, a.Type(), have)
		}
	}
	if have < 0 {
		return nil, errHeader
	}
	a.Data = make([]byte, have)
	if _, err := io.ReadFull(summed, a.Data); err != nil {
		return nil, readFault(err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, readFault(err)
	}
	// The zip reader compares checksums too, but takes 0 for none.
	if sum.Sum32() != entry.CRC32 {
		return nil, errChecksum
	}
	return a, nil
}

var errChecksum = errors.New("damaged: its checksum does not match")

// readFault says what the end of a stream means to whoever owns the file.
func readFault(err error) error {
	switch {
	case err == nil:
		return errors.New("more data than declared")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("truncated")
	case errors.Is(err, zip.ErrChecksum):
		return errChecksum
	}
	return errors.New("damaged: it cannot be unpacked")
}
