package rundir

import (
	"os"
	"path/filepath"

	"gsdnet/internal/fault"
)

// ReadResume returns the settings of the run in a directory and the path of its data file,
// which resuming without other flags needs. The path is empty if the run does not know it.
// Its errors are a directory without config.toml, and settings or a state file that cannot
// be read.
func ReadResume(dir string) (*Config, string, error) {
	path := filepath.Join(dir, ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fault.Input("give the --out directory of a run that was started", "nothing to resume: %w", err)
	}
	config := DefaultConfig()
	if err := config.Parse(path, text); err != nil {
		return nil, "", err
	}
	state := filepath.Join(dir, StateFile)
	if !exists(state) {
		return config, "", nil
	}
	c, err := ReadCheckpoint(state)
	if err != nil {
		return nil, "", err
	}
	if c.Progress == nil {
		return config, "", nil
	}
	return config, c.Progress.DataPath, nil
}
