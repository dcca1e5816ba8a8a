// Package atomicfile writes files that are never half-written: it writes a temporary
// file beside the target, syncs it, and renames it to the target. If the process is
// killed, its temporary file is removed when the same target is written again, or by
// Clean.
//
// Start reading at WriteFunc.
package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gsdnet/internal/fault"
)

// Write replaces the file at path with data.
func Write(path string, data []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc replaces the file at path with what fill writes. If fill or the disk fails,
// the old file is unchanged and no temporary file is left. The folder must exist.
func WriteFunc(path string, fill func(w io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), temporary(filepath.Base(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return noFolder(path)
	}
	if err != nil {
		return failure(path, err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := fill(file); err != nil {
		return failure(path, err)
	}
	if err := file.Chmod(0o644); err != nil {
		return failure(path, err)
	}
	if err := file.Sync(); err != nil {
		return failure(path, err)
	}
	if err := file.Close(); err != nil {
		return failure(path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return failure(path, err)
	}
	_ = clean(filepath.Dir(path), filepath.Base(path)) // removes what an earlier process left when it was killed
	return nil
}

// CheckFolder returns an error if the folder of a file that is written later does not exist.
func CheckFolder(path string) error {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return noFolder(path)
	}
	return nil
}

// noFolder is the error of a folder that does not exist.
func noFolder(path string) error {
	return fault.Input("create the folder first", "%s: no such folder", filepath.Dir(path))
}

// failure returns the error of a write that failed. What fill reports with a hint of its own
// is not about the disk, and stays as it is.
func failure(path string, err error) error {
	if fault.Of(err) != "" {
		return err
	}
	return fault.Failure("is the disk full, or the folder read-only?", "writing %s: %w", path, err)
}
