package npz

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"time"

	"gsdnet/internal/atomicfile"
)

// stamp is the time of every entry, the earliest that zip knows: the bytes of a
// file depend on nothing but its arrays.
var stamp = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Write writes the archive, uncompressed as np.savez does: features hardly
// compress, and stored bytes do not depend on the version of a compressor.
func (f *File) Write(w io.Writer) error {
	for _, name := range f.names {
		if err := f.arrays[name].check(); err != nil {
			return fmt.Errorf("npz: array %q: %w", name, err)
		}
		if err := checkName(name + ".npy"); err != nil {
			return fmt.Errorf("npz: %w", err)
		}
	}
	archive := zip.NewWriter(w)
	for _, name := range f.names {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store, Modified: stamp})
		if err != nil {
			return err
		}
		if _, err := entry.Write(headerOf(f.arrays[name])); err != nil {
			return err
		}
		if _, err := entry.Write(f.arrays[name].Data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// check keeps what Read would refuse from being written.
func (a *Array) check() error {
	t := parseDType(a.DType)
	if t.kind == Other {
		if !bytes.Equal(headerOf(a), a.header) {
			return fmt.Errorf("%s cannot be written", a.Type())
		}
		return nil
	}
	if want, ok := bytesOf(a.Shape, t.size, MaxArrayBytes); !ok || want != int64(len(a.Data)) {
		return fmt.Errorf("shape %v of %s does not match its %d bytes of data", a.Shape, a.Type(), len(a.Data))
	}
	return nil
}

// WriteFile writes the archive to path, replacing what is there. Whatever goes
// wrong, path is either as it was or complete, and nothing else is left.
func (f *File) WriteFile(path string) error {
	return atomicfile.WriteFunc(path, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<20)
		if err := f.Write(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
}
