package npz

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"gsdnet/internal/fault"
)

// ReadArrayFile reads a single array (.npy) and returns it with the SHA-256 of the
// file, hexadecimal. Errors name the file; they are fault.Input.
func ReadArrayFile(path string) (*Array, string, error) {
	shown := Shown(path)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fault.Input("check the path", "%s: no such file", shown)
	} else if err != nil {
		return nil, "", fault.Input("check the path and its permissions", "%s: %s", shown, reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, "", fault.Input("give the path of a .npy file", "%s: not a file", shown)
	}
	sum := sha256.New()
	a, err := ReadArray(io.TeeReader(f, sum), info.Size())
	if err != nil {
		tip := fault.Of(err)
		if tip == "" {
			tip = hintDamaged
		}
		return nil, "", fault.Input(tip, "%s: %w", shown, err)
	}
	return a, hex.EncodeToString(sum.Sum(nil)), nil
}

// ReadArray reads a single array of size bytes in all, header included. Memory for
// the data is taken only when the header agrees with the size.
func ReadArray(r io.Reader, size int64) (*Array, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	a := &Array{DType: h.dtype, Shape: h.shape, Fortran: h.fortran, header: h.raw}
	t := parseDType(h.dtype)
	if t.kind == Other {
		return nil, fmt.Errorf("holds %s, which is not read", a.Type())
	}
	have := size - int64(len(h.raw))
	if want, ok := bytesOf(h.shape, t.size, MaxArrayBytes); !ok || want != have {
		return nil, fmt.Errorf("shape %v of %s does not match its %d bytes of data", h.shape, a.Type(), have)
	}
	a.Data = make([]byte, have)
	if _, err := io.ReadFull(r, a.Data); err != nil {
		return nil, readFault(err)
	}
	return a, nil
}
