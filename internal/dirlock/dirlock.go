// Package dirlock gives one process at a time a directory to write to.
//
// The lock is a file of the name File in the directory, held by a lock of the
// operating system, which ends with the process however the process ends. A file of the
// name OwnerFile beside it says who holds it: process, host and start. Files that nobody
// holds were left by a process that was killed; they are taken over, unless another host
// wrote them, where this one cannot see whether the owner is alive.
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
	"gsdnet/internal/hint"
)

// Names in the directory: the lock, and what is known of the process that holds it.
// They are two files because Windows does not let others read a locked one.
const (
	File      = "lock"
	OwnerFile = "lock.json"
)

// Lock is a directory that this process holds.
type Lock struct {
	dir  string
	file *flock.Flock
}

// owner is what the file says of the process that holds it.
type owner struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

// attempts bounds how often a lock is tried for that its last owner removes at the
// same moment.
const attempts = 100

// Acquire takes the lock of a directory that exists, and removes what killed
// processes left half-written in it. The error of a directory that is held names its
// owner.
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
	return nil, hint.Failure("try again", "%s: another process takes and leaves the lock all the time", dir)
}

// try takes the lock once; nil where the file is no longer the one in the directory.
func try(dir string) (*Lock, error) {
	path, ownerPath := filepath.Join(dir, File), filepath.Join(dir, OwnerFile)
	old := read(ownerPath)
	host, _ := os.Hostname()
	if old != nil && old.Host != host {
		return nil, hint.Input(fmt.Sprintf("if no process of %s works there any more, delete %s", old.Host, ownerPath),
			"%s is in use by process %d on %s", dir, old.PID, old.Host)
	}
	file := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
	held, err := file.TryLock()
	if err != nil {
		return nil, hint.Failure("choose a directory on a disk that can be written to and locked", "%s: %w", path, err)
	}
	if !held {
		who := "another process"
		if old = read(ownerPath); old != nil {
			who = fmt.Sprintf("process %d on %s", old.PID, old.Host)
		}
		return nil, hint.Input("wait until it ends, or choose another directory", "%s is in use by %s", dir, who)
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
		return nil, hint.Failure("is the disk full?", "%s: %w", path, err)
	}
	return l, nil
}

// read returns what an owner's file says, nil where it says nothing.
func read(path string) *owner {
	text, err := os.ReadFile(path)
	var o owner
	if err != nil || json.Unmarshal(text, &o) != nil || o.Host == "" {
		return nil
	}
	return &o
}

// Release removes the files and gives the directory free.
func (l *Lock) Release() {
	_ = os.Remove(filepath.Join(l.dir, OwnerFile))
	if runtime.GOOS == "windows" { // where an open file cannot be removed
		_ = l.file.Unlock()
		_ = os.Remove(filepath.Join(l.dir, File))
		return
	}
	_ = os.Remove(filepath.Join(l.dir, File)) // while it is held: nobody else's is removed
	_ = l.file.Unlock()
}
