// Package atomicfile writes files that are either whole or not there: to a
// temporary file beside the target, synced, then renamed over it. What a killed
// process leaves is removed when the same file is written again, or by Clean.
package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gsdnet/internal/hint"
)

// Write replaces path with data.
func Write(path string, data []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc replaces path with what fill writes. If fill or the disk fails,
// path is as it was and nothing is left beside it.
func WriteFunc(path string, fill func(w io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), temporary(filepath.Base(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return hint.Input("create the folder first", "%s: no such folder", filepath.Dir(path))
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
	_ = clean(filepath.Dir(path), filepath.Base(path)) // of an earlier process that was killed
	return nil
}

func failure(path string, err error) error {
	return hint.Failure("is the disk full, or the folder read-only?", "writing %s: %w", path, err)
}
