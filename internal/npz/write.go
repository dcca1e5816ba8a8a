package npz

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"gsdnet/internal/hint"
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
		if _, err := entry.Write(formatHeader(f.arrays[name])); err != nil {
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
	size := itemSize(a.DType)
	if size == 0 {
		return fmt.Errorf("dtype %q is not supported", a.DType)
	}
	if want, ok := bytesOf(a.Shape, size, MaxArrayBytes); !ok || want != int64(len(a.Data)) {
		return fmt.Errorf("shape %v of %s does not match its %d bytes of data", a.Shape, a.DType, len(a.Data))
	}
	return nil
}

// WriteFile writes the archive to path, replacing what is there. It writes
// beside path and renames at the end: whatever goes wrong, path is either as it
// was or complete, and nothing else is left.
func (f *File) WriteFile(path string) (err error) {
	temp, err := createBeside(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return hint.Input("create the folder first", "%s: no such folder", filepath.Dir(path))
		}
		return hint.Failure("choose a folder that can be written to", "%s: %w", path, err)
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
			err = hint.Failure("check the space and permissions there", "%s: %w", path, err)
		}
	}()
	buffered := bufio.NewWriterSize(temp, 1<<20)
	if err := f.Write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// createBeside creates a new file in the folder of path. Unlike os.CreateTemp's
// it has the permissions that any new file gets.
func createBeside(path string) (*os.File, error) {
	for {
		name := fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
