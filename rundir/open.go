package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gsdnet/internal/fault"
)

// Read reads the checkpoint of a run directory and the settings in it. Its errors are a
// directory without a readable checkpoint, a run whose training has not ended unless
// unfinished is true, and a config.toml that was changed after training.
func Read(dir string, unfinished bool) (*Checkpoint, *Config, error) {
	path := filepath.Join(dir, CheckpointFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, noCheckpoint(dir)
	}
	c, err := ReadCheckpoint(path)
	if err != nil {
		return nil, nil, err
	}
	if !c.Finished && !unfinished {
		return nil, nil, fault.Input("finish it with gsdnet train --out "+dir+" --resume, or use it as it is with --unfinished",
			"%s: the run is not finished: its best epoch so far is %d, and its intervals are not calibrated", dir, c.Epoch)
	}
	if err := sameConfig(dir, c.Config); err != nil {
		return nil, nil, err
	}
	config := DefaultConfig()
	if err := config.Parse(path, []byte(c.Config)); err != nil {
		return nil, nil, err
	}
	if err := config.Check(); err != nil {
		return nil, nil, fmt.Errorf("%s: its settings: %w", path, err)
	}
	return c, config, nil
}

// sameConfig refuses a directory whose settings are not those of its checkpoint.
func sameConfig(dir, trained string) error {
	path := filepath.Join(dir, ConfigFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the checkpoint contains the settings
	}
	if err != nil {
		return fault.Input("check the directory's permissions", "%w", err)
	}
	if string(text) != trained {
		return fault.Input("restore the file, or train another run with the new settings",
			"%s was changed after training (%s)", path, firstDifference([]byte(trained), text))
	}
	return nil
}

// noCheckpoint returns the error of a directory without a checkpoint.
func noCheckpoint(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fault.Input("give the --out directory of gsdnet train", "%s: no such directory", dir)
	}
	if exists(filepath.Join(dir, ConfigFile)) {
		return fault.Input("finish it with gsdnet train --out "+dir+" --resume", "%s: the run has no checkpoint yet", dir)
	}
	return fault.Input("give the --out directory of gsdnet train", "%s: not a run directory, it has no %s", dir, CheckpointFile)
}
