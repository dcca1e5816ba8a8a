package npz

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"gsdnet/internal/hint"
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
	hintPlain   = "save plain numbers: np.savez(file, name=array.astype(np.float32))"
)

// ReadFile reads a whole archive. The error names the path, the array and what
// is wrong with it; it is a hint.Input.
func ReadFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, hint.Input("check the path", "%s: no such file", path)
		}
		return nil, hint.Input("check the path and its permissions", "%w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, hint.Input("check the path", "%w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, hint.Input("give the path of a .npz file", "%s: not a file", path)
	}
	if info.Size() > MaxTotalBytes {
		return nil, hint.Input("split the corpus", "%s: %d bytes, more than %d", path, info.Size(), int64(MaxTotalBytes))
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return nil, hint.Failure("check the disk", "%w", err)
	}
	file, err := Read(f, info.Size())
	if err != nil {
		return nil, hint.Input(hint.Of(err), "%s: %w", path, err)
	}
	file.Hash = hex.EncodeToString(sum.Sum(nil))
	return file, nil
}

// Read reads a whole archive of that many bytes. The error names the array and
// what is wrong with it; it is a hint.Input.
func Read(r io.ReaderAt, size int64) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, hint.Input("write it with np.savez, or copy it again if it once was whole", "not a .npz archive: %w", err)
	}
	if err := checkSizes(archive.File, uint64(size)); err != nil {
		return nil, err
	}
	file := &File{}
	for _, entry := range archive.File {
		name := strings.TrimSuffix(entry.Name, ".npy")
		if file.Get(name) != nil {
			return nil, hint.Input(hintDamaged, "array %q is there twice", name)
		}
		a, err := readArray(entry)
		if err != nil {
			tip := hint.Of(err)
			if tip == "" {
				tip = hintDamaged
			}
			return nil, hint.Input(tip, "array %q: %w", name, err)
		}
		file.Set(name, a)
	}
	return file, nil
}

// checkSizes holds the archive's directory against the limits and against the
// size of the file itself. Overlapping entries fail it too: together they claim
// more packed bytes than there are.
func checkSizes(entries []*zip.File, size uint64) error {
	if len(entries) > MaxEntries {
		return hint.Input(hintBomb, "%d arrays, more than %d", len(entries), MaxEntries)
	}
	var packed, unpacked uint64
	for _, e := range entries {
		if err := checkName(e.Name); err != nil {
			return err
		}
		name := strings.TrimSuffix(e.Name, ".npy")
		switch {
		case e.Flags&1 != 0:
			return hint.Input("save it without a password", "array %q is encrypted", name)
		case e.Method != zip.Store && e.Method != zip.Deflate:
			return hint.Input("save it with np.savez", "array %q: compression method %d is not supported", name, e.Method)
		case e.CompressedSize64 > size:
			return hint.Input(hintDamaged, "array %q: claims %d packed bytes in a file of %d", name, e.CompressedSize64, size)
		case e.UncompressedSize64 > MaxArrayBytes+MaxHeaderBytes:
			return hint.Input(hintBomb, "array %q: unpacks to %d bytes, more than %d", name, e.UncompressedSize64, int64(MaxArrayBytes))
		case e.UncompressedSize64 > maxInflation*e.CompressedSize64,
			e.Method == zip.Store && e.UncompressedSize64 != e.CompressedSize64:
			return hint.Input(hintBomb, "array %q: claims %d bytes, which its %d packed bytes cannot hold",
				name, e.UncompressedSize64, e.CompressedSize64)
		}
		packed += e.CompressedSize64
		unpacked += e.UncompressedSize64
	}
	if unpacked > MaxTotalBytes {
		return hint.Input(hintBomb, "unpacks to %d bytes, more than %d", unpacked, int64(MaxTotalBytes))
	}
	if packed > size {
		return hint.Input(hintBomb, "entries overlap: they claim %d packed bytes in a file of %d", packed, size)
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
		return hint.Input("write it with np.savez", "entry %q is not the name of an array", name)
	}
	return nil
}

// readArray unpacks one entry. Memory for the data is taken only when header
// and directory agree on its size to the byte.
func readArray(entry *zip.File) (*Array, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if err := checkType(h); err != nil {
		return nil, err
	}
	size := itemSize(h.dtype)
	want, ok := bytesOf(h.shape, size, MaxArrayBytes)
	if have := int64(entry.UncompressedSize64) - int64(h.length); !ok || want != have {
		return nil, fmt.Errorf("shape %v of %s does not match its %d bytes of data", h.shape, h.dtype, have)
	}
	data := make([]byte, want)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, readFault(err)
	}
	// The archive's checksum is compared when the end is met.
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, readFault(err)
	}
	if h.fortran && len(h.shape) == 2 {
		data = rowMajor(data, h.shape[0], h.shape[1], size)
	}
	return &Array{DType: h.dtype, Shape: h.shape, Data: data}, nil
}

func checkType(h header) error {
	switch {
	case strings.Contains(h.dtype, "O"):
		return hint.Input(hintPlain, "holds pickled Python objects, which are never read")
	case strings.HasPrefix(h.dtype, ">"):
		return hint.Input("save it little-endian: array.astype(np.float32)", "big-endian dtype %q is not supported", h.dtype)
	case itemSize(h.dtype) == 0:
		return hint.Input(hintPlain, "dtype %q is not supported", h.dtype)
	case h.fortran && len(h.shape) > 2:
		return hint.Input("save np.ascontiguousarray(array)", "Fortran order of %d dimensions is not supported", len(h.shape))
	}
	return nil
}

// readFault says what the end of a stream means to whoever owns the file.
func readFault(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil:
		return errors.New("more data than declared")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("truncated")
	case errors.Is(err, zip.ErrChecksum), errors.As(err, &corrupt):
		return fmt.Errorf("damaged: %w", err)
	}
	return err
}
