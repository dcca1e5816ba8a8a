package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
)

// temporary returns the pattern, as for os.CreateTemp, of the temporary files and folders
// for a name. They are hidden, and their names hold the number of the process, by which
// stale knows whether they are still in use.
func temporary(base string) string {
	return "." + base + "." + strconv.Itoa(os.Getpid()) + ".*.tmp"
}

// MkdirTemp makes a temporary folder in dir for a name and returns its path. The caller
// removes it. If the process is killed before that, Clean removes it.
func MkdirTemp(dir, base string) (string, error) { return os.MkdirTemp(dir, temporary(base)) }

// stale reports whether name is a temporary file of a process that has ended. It knows
// only the processes of this machine: a folder that several machines share needs a lock,
// as run directories have (package dirlock).
func stale(name string) bool {
	parts := strings.Split(name, ".")
	if len(parts) < 5 || parts[0] != "" || parts[len(parts)-1] != "tmp" {
		return false
	}
	pid, err := strconv.Atoi(parts[len(parts)-3])
	return err == nil && pid > 0 && pid != os.Getpid() && !alive(pid)
}

// Clean removes the temporary files that killed processes left in a folder.
func Clean(dir string) error { return clean(dir, "") }

// clean removes the stale temporary files of one name, or of all names if base is "".
func clean(dir, base string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fault.Failure("check the folder's permissions", "%w", err)
	}
	for _, e := range entries {
		if !stale(e.Name()) || base != "" && !strings.HasPrefix(e.Name(), "."+base+".") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault.Failure("check the folder's permissions", "%w", err)
		}
	}
	return nil
}
