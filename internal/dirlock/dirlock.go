// Package dirlock lets one process at a time write to a directory.
//
// The lock is a lock of the operating system on the file File in the directory. It ends
// with the process, even if the process is killed. The file OwnerFile beside it names the
// process, its host and its start. If the files exist but nobody holds the lock, the
// owner was killed, and the next process takes the lock over. It does not do so if the
// owner is on another host, because it cannot know whether that process is alive.
//
// Start reading at Acquire.
package dirlock

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// Names of the files in the directory: the lock, and the description of its owner. They
// are two files because on Windows other processes cannot read a locked file.
const (
	File      = "lock"
	OwnerFile = "lock.json"
)

// Lock is the lock of a directory that this process holds. Release it after use.
type Lock struct {
	dir  string
	file *flock.Flock
}

// owner is the content of OwnerFile.
type owner struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

// attempts is how often Acquire tries if the owner of the lock removes the file between
// opening and locking it.
const attempts = 100

// Acquire takes the lock of an existing directory and removes the temporary files that
// killed processes left there. If another process holds the lock, the error names it.
func Acquire(dir string) (*Lock, error) {
	for range attempts {
		l, err := try(dir)
		if err != nil {
			return nil, err
		}
		if l == nil {
			continue // the file was removed between opening and locking it
		}
		if err := atomicfile.Clean(dir); err != nil {
			l.Release()
			return nil, err
		}
		return l, nil
	}
	return nil, fault.Failure("try again", "%s: other processes keep taking and releasing the lock", dir)
}

// try tries to take the lock once. It returns nil if the file was replaced meanwhile.
func try(dir string) (*Lock, error) {
	path, ownerPath := filepath.Join(dir, File), filepath.Join(dir, OwnerFile)
	old := read(ownerPath)
	host, _ := os.Hostname()
	if old != nil && old.Host != host {
		return nil, fault.Input(fmt.Sprintf("if no process of %s works there any more, delete %s", old.Host, ownerPath),
			"%s is in use by process %d on %s", dir, old.PID, old.Host)
	}
	file := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
	held, err := file.TryLock()
	if err != nil {
		return nil, fault.Failure("choose a directory on a disk that can be written to and locked", "%s: %w", path, err)
	}
	if !held {
		who := "another process"
		if old = read(ownerPath); old != nil {
			who = fmt.Sprintf("process %d on %s", old.PID, old.Host)
		}
		return nil, fault.Input("wait until it ends, or choose another directory", "%s is in use by %s", dir, who)
	}
	l := &Lock{dir, file}
	mine, err := file.Stat()
	there, errThere := os.Stat(path)
	if err != nil || errThere != nil || !os.SameFile(mine, there) {
		_ = file.Unlock()
		return nil, nil //nolint:nilerr // the file was replaced meanwhile: the caller tries again
	}
	text, err := json.Marshal(owner{PID: os.Getpid(), Host: host, Started: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(ownerPath, append(text, '\n'), 0o644)
	}
	if err != nil {
		l.Release()
		return nil, fault.Failure("is the disk full?", "%s: %w", path, err)
	}
	return l, nil
}

// read returns the content of an OwnerFile, or nil if there is none or it is not valid.
func read(path string) *owner {
	text, err := os.ReadFile(path)
	var o owner
	if err != nil || json.Unmarshal(text, &o) != nil || o.Host == "" {
		return nil
	}
	return &o
}

// Release removes the files of the lock and then releases it.
func (l *Lock) Release() {
	_ = os.Remove(filepath.Join(l.dir, OwnerFile))
	if runtime.GOOS == "windows" { // an open file cannot be removed there
		_ = l.file.Unlock()
		_ = os.Remove(filepath.Join(l.dir, File))
		return
	}
	_ = os.Remove(filepath.Join(l.dir, File)) // while the lock is held, so that it is not the file of the next owner
	_ = l.file.Unlock()
}
