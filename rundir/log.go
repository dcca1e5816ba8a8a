package rundir

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"time"

	"gsdnet/internal/fault"
)

// EpochRecord is one line of log.jsonl. Seconds count from the start of training,
// or from that of the process which resumed it.
type EpochRecord struct {
	Epoch      int                `json:"epoch"` // from 1
	Step       uint64             `json:"step"`
	Losses     map[string]float64 `json:"losses"`
	Validation *float64           `json:"validation,omitempty"`
	Best       *float64           `json:"best,omitempty"`
	Seconds    float64            `json:"seconds"`
}

// NewEpochRecord returns the line of an epoch that ended where at says. The validation
// error is NaN if there was none.
func NewEpochRecord(at Progress, losses map[string]float64, validation float64, elapsed time.Duration) EpochRecord {
	r := EpochRecord{Epoch: at.Epoch, Step: at.Step, Losses: losses, Seconds: math.Round(elapsed.Seconds()*10) / 10}
	if !math.IsNaN(validation) {
		r.Validation = &validation
	}
	if !math.IsInf(at.Best, 0) {
		r.Best = &at.Best
	}
	return r
}

// Log appends a line to log.jsonl.
func (r *Dir) Log(line EpochRecord) error {
	if r.logFile == nil {
		file, err := os.OpenFile(r.Path(LogFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return fault.Failure("check the run directory's permissions", "%w", err)
		}
		r.logFile = file
	}
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := r.logFile.Write(append(text, '\n')); err != nil {
		return fault.Failure("is the disk full?", "%w", err)
	}
	return nil
}

// ReadLog reads the log of a run directory.
func ReadLog(dir string) ([]EpochRecord, error) {
	path := filepath.Join(dir, LogFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("give the directory of a finished run", "%w", err)
	}
	var out []EpochRecord
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte{'\n'}) {
		var r EpochRecord
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fault.Input("train the run again", "%s: line %d: %w", path, i+1, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// LogSize returns the length of log.jsonl in bytes, 0 if there is none.
func (r *Dir) LogSize() int64 {
	info, err := os.Stat(r.Path(LogFile))
	if err != nil {
		return 0
	}
	return info.Size()
}
