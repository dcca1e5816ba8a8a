package experiment

import (
	"encoding/json"
	"os"

	"gsdnet/infer"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// keepTrajectory writes the file.
func keepTrajectory(path string, a *infer.Trajectory) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, append(text, '\n'))
}

// Trajectory reads the TrajectoryFile.
func (d RunDir) Trajectory() (*infer.Trajectory, error) {
	var a infer.Trajectory
	path := d.path(TrajectoryFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = decodeJSON(text, &a)
	}
	if err != nil {
		return nil, fault.Input("delete it and give the sweep again", "%s: %w", path, err)
	}
	return &a, nil
}
