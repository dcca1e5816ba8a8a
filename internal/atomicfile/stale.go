package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gsdnet/internal/hint"
)

// temporary is the pattern of the temporary file or folder for a name: it is hidden
// and holds the number of the process, so that what a kill left can be told from
// what is being written.
func temporary(base string) string {
	return "." + base + "." + strconv.Itoa(os.Getpid()) + ".*.tmp"
}

// MkdirTemp makes a temporary folder in dir for a name. Clean removes it if the
// process is killed before it does.
func MkdirTemp(dir, base string) (string, error) { return os.MkdirTemp(dir, temporary(base)) }

// stale reports whether name is a temporary file of a process that is no longer there.
// What another host writes into a shared folder may look so; run directories have a
// lock for that.
func stale(name string) bool {
	parts := strings.Split(name, ".")
	if len(parts) < 5 || parts[0] != "" || parts[len(parts)-1] != "tmp" {
		return false
	}
	pid, err := strconv.Atoi(parts[len(parts)-3])
	return err == nil && pid > 0 && pid != os.Getpid() && !alive(pid)
}

// Clean removes from a folder the temporary files that killed processes left.
func Clean(dir string) error { return clean(dir, "") }

// clean does so for the temporary files of one name, "" for all.
func clean(dir, base string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return hint.Failure("check the folder's permissions", "%w", err)
	}
	for _, e := range entries {
		if !stale(e.Name()) || base != "" && !strings.HasPrefix(e.Name(), "."+base+".") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return hint.Failure("check the folder's permissions", "%w", err)
		}
	}
	return nil
}
