package rundir

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
	"gsdnet/missing"
)

// Dir is a run directory that training writes to, under a lock.
type Dir struct {
	Name     string
	Config   []byte // the resolved settings, TOML
	MaskHash string // SHA-256 of the masks, once Masks was called
	logFile  *os.File
	lock     *dirlock.Lock
	newDir   bool // the directory did not exist before
	newRun   bool // its run did not exist before
	Extended bool // the run is continued with another number of epochs or patience
}

// extending lists the settings that a run may be continued with other values of: they
// say when training ends.
var extendable = []string{"epochs", "patience"}

// Open makes a run directory, or with resume opens an existing one, and locks it. A run
// in which no epoch was finished is started anew. Its errors are a directory that holds
// another run, settings that differ from those of the run to resume, and a lock that
// another process holds. Close it after use.
func Open(dir string, c *Config, resume bool) (*Dir, error) {
	resolved, err := c.Resolved()
	if err != nil {
		return nil, err
	}
	r := &Dir{Name: dir, Config: resolved}
	_, err = os.Stat(dir)
	r.newDir = errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fault.Failure("choose a directory you may write to with --out", "%w", err)
	}
	if r.lock, err = dirlock.Acquire(dir); err != nil {
		r.Close()
		return nil, err
	}
	if err := r.prepare(resume); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// enter checks what the directory holds and leaves the resolved settings in it.
func (r *Dir) prepare(resume bool) error {
	old, err := os.ReadFile(r.Path(ConfigFile))
	switch begun := r.hasFinishedEpoch(); {
	case errors.Is(err, fs.ErrNotExist) && !begun:
		r.newRun = true
	case err != nil:
		return fault.Input("check the directory's permissions, or choose another --out", "%w", err)
	case !begun && !(resume && bytes.Equal(old, r.Config)):
		r.newRun = true
		if err := r.clear(); err != nil {
			return err
		}
	case begun && !resume:
		return fault.Input("choose another --out, or go on with it by --resume", "%s already holds a run", r.Name)
	case bytes.Equal(old, r.Config):
		return nil
	case begun && !onlyExtends(old, r.Config):
		return fault.Input("resume with the flags and config it was started with; of them only train.epochs and train.patience may change",
			"%s: --resume with other settings (%s)", r.Name, firstDifference(old, r.Config))
	case begun:
		r.Extended = true
		return nil // the settings are written once the checkpoint says that it is not finished
	}
	return atomicfile.Write(r.Path(ConfigFile), r.Config)
}

// begun reports whether the directory holds the work of a finished epoch.
func (r *Dir) hasFinishedEpoch() bool {
	if exists(r.Path(CheckpointFile)) {
		return true
	}
	c, err := ReadCheckpoint(r.Path(StateFile))
	if err != nil {
		return exists(r.Path(StateFile)) // damaged: nothing is thrown away unasked
	}
	return c.Progress != nil && c.Progress.Step > 0
}

// clear removes the files of a run, and nothing else.
func (r *Dir) clear() error {
	for _, name := range []string{ConfigFile, CheckpointFile, StateFile, LogFile, MaskDir} {
		if err := os.RemoveAll(r.Path(name)); err != nil {
			return fault.Failure("check the directory's permissions", "%w", err)
		}
	}
	return nil
}

// Abandon removes the files of a run that failed before its first epoch was finished. It
// leaves any other run as it is.
func (r *Dir) Abandon() {
	if r.newRun && !r.hasFinishedEpoch() {
		_ = r.clear()
	}
}

// Close releases the lock, and removes the directory if it is new and empty.
func (r *Dir) Close() {
	if r.logFile != nil {
		r.logFile.Close()
	}
	if r.lock != nil {
		r.lock.Release()
	}
	if r.newDir {
		_ = os.Remove(r.Name) // which fails where something is in it
	}
}

// onlyExtends reports whether settings differ in the keys of extending alone.
func onlyExtends(old, now []byte) bool {
	rest := func(text []byte) map[string]any {
		var all map[string]any
		if toml.Unmarshal(text, &all) != nil {
			return nil
		}
		if train, ok := all["train"].(map[string]any); ok {
			for _, key := range extendable {
				delete(train, key)
			}
		}
		return all
	}
	was, is := rest(old), rest(now)
	return was != nil && reflect.DeepEqual(was, is)
}

// Has reports whether a file is in the directory.
func (r *Dir) Has(name string) bool { return exists(r.Path(name)) }

// Path returns the path of a file in the directory.
func (r *Dir) Path(name string) string { return filepath.Join(r.Name, name) }

func firstDifference(old, now []byte) string {
	was := strings.Split(string(old), "\n")
	for i, line := range strings.Split(string(now), "\n") {
		if i >= len(was) || was[i] != line {
			before := ""
			if i < len(was) {
				before = was[i]
			}
			return "was " + strings.TrimSpace(before) + ", is " + strings.TrimSpace(line)
		}
	}
	return "settings were removed"
}

// Masks returns the frozen masks of the validation split. It reads the masks of the
// directory; if there are none, it first draws and writes those of validation and test.
func (r *Dir) Masks(c *erc.Corpus, m missing.Settings) ([]missing.Mask, error) {
	dir := r.Path(MaskDir)
	if !exists(filepath.Join(dir, missing.Manifest)) { // which is written last
		rules, err := m.Rules()
		if err != nil {
			return nil, err
		}
		var all []missing.Mask
		for _, split := range []erc.Split{erc.Valid, erc.Test} {
			if len(c.In(split)) == 0 {
				continue
			}
			masks, err := missing.FreezeAll(c, split, rules, m.Seed)
			if err != nil {
				return nil, err
			}
			all = append(all, masks...)
		}
		if err := missing.Write(dir, all); err != nil {
			return nil, err
		}
	}
	all, err := missing.Read(dir, c)
	if err != nil {
		return nil, err
	}
	r.MaskHash = missing.Hash(all)
	var valid []missing.Mask
	for _, mask := range all {
		if mask.Split == erc.Valid {
			valid = append(valid, mask)
		}
	}
	return valid, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
