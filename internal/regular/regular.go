// Package regular opens the regular files that users name. Devices and pipes, which could
// be read without end, are refused.
package regular

import (
	"errors"
	"io/fs"
	"os"

	"gsdnet/internal/fault"
)

// Open opens a regular file for reading. Its errors have a hint and do not name the path,
// which the caller adds.
func Open(path string) (*os.File, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Input("check the path", "no such file")
	case err != nil:
		return nil, fault.Input("check the path and its permissions", "it cannot be opened")
	case !info.Mode().IsRegular():
		return nil, fault.Input("give the path of a file", "not a file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.Input("check the path and its permissions", "it cannot be opened")
	}
	return file, nil
}
