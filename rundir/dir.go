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
	Name     string   // the path of the directory
	Config   []byte   // the resolved settings, TOML
	MaskHash string   // SHA-256 of the masks; empty before Masks is called
	Extended bool     // the run is continued with another number of epochs or patience
	logFile  *os.File // nil before the first line is written
	lock     *dirlock.Lock
	newDir   bool // Open created the directory
	newRun   bool // Open started the run
}

// extendable lists the settings of [train] that may change when a run is continued. They
// determine when training ends.
var extendable = []string{"epochs", "patience"}

// Open makes a run directory, or with resume opens an existing one, and locks it. A run
// in which no epoch has ended is started again. Its errors are a directory that holds
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

// prepare checks the content of the directory and writes the resolved settings.
func (r *Dir) prepare(resume bool) error {
	old, err := os.ReadFile(r.Path(ConfigFile))
	switch finished := r.hasFinishedEpoch(); {
	case errors.Is(err, fs.ErrNotExist) && !finished:
		r.newRun = true
	case err != nil:
		return fault.Input("check the directory's permissions, or choose another --out", "%w", err)
	case !finished && !(resume && bytes.Equal(old, r.Config)):
		r.newRun = true
		if err := r.clear(); err != nil {
			return err
		}
	case finished && !resume:
		return fault.Input("choose another --out, or go on with it by --resume", "%s already holds a run", r.Name)
	case bytes.Equal(old, r.Config):
		return nil
	case finished && !onlyExtends(old, r.Config):
		return fault.Input("resume with the flags and config it was started with; of them only train.epochs and train.patience may change",
			"%s: --resume with other settings (%s)", r.Name, firstDifference(old, r.Config))
	case finished:
		r.Extended = true
		return nil // training writes the settings after it has marked the checkpoint as unfinished
	}
	return atomicfile.Write(r.Path(ConfigFile), r.Config)
}

// hasFinishedEpoch reports whether the directory holds the result of an epoch.
func (r *Dir) hasFinishedEpoch() bool {
	if exists(r.Path(CheckpointFile)) {
		return true
	}
	c, err := ReadCheckpoint(r.Path(StateFile))
	if err != nil {
		return exists(r.Path(StateFile)) // a damaged state file may hold the result of epochs and is kept
	}
	return c.Progress != nil && c.Progress.Step > 0
}

// clear removes the files of a run. It leaves other files in the directory.
func (r *Dir) clear() error {
	for _, name := range []string{ConfigFile, CheckpointFile, StateFile, LogFile, MaskDir, CardFile} {
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
		_ = os.Remove(r.Name) // fails if the directory is not empty
	}
}

// onlyExtends reports whether two TOML texts of settings differ in the keys of extendable
// only.
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
	before, after := rest(old), rest(now)
	return before != nil && reflect.DeepEqual(before, after)
}

// Has reports whether a file is in the directory.
func (r *Dir) Has(name string) bool { return exists(r.Path(name)) }

// Path returns the path of a file in the directory.
func (r *Dir) Path(name string) string { return filepath.Join(r.Name, name) }

// firstDifference describes the first line in which two texts differ.
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

// Masks returns the frozen masks of the validation split and sets MaskHash. It reads the
// masks of the directory. If there are none, it first draws and writes those of validation
// and test, and that of the training values to delete if the settings have one. Its errors
// are a rule that is not known, and masks that cannot be read, are damaged, or do not
// belong to the corpus.
func (r *Dir) Masks(c *erc.Corpus, m missing.Settings) ([]missing.Mask, error) {
	dir := r.Path(MaskDir)
	if !exists(filepath.Join(dir, missing.Manifest)) { // the manifest is written last
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
		blank, some, err := m.BlankMask(c)
		if err != nil {
			return nil, err
		}
		if some {
			all = append(all, blank)
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

// exists reports whether there is a file or directory at a path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
