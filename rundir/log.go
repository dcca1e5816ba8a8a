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

// EpochRecord is one line of log.jsonl.
type EpochRecord struct {
	Epoch      int                `json:"epoch"`                // from 1
	Step       uint64             `json:"step"`                 // the number of steps since training started
	Losses     map[string]float64 `json:"losses"`               // the mean of each loss over the steps of the epoch
	Validation *float64           `json:"validation,omitempty"` // validation error; nil without a validation
	Best       *float64           `json:"best,omitempty"`       // lowest validation error so far; nil before the first
	Seconds    float64            `json:"seconds"`              // since the start of the process that trains
}

// NewEpochRecord returns the record of an epoch, given the progress at its end. validation
// is NaN if the epoch had no validation.
func NewEpochRecord(progress Progress, losses map[string]float64, validation float64, elapsed time.Duration) EpochRecord {
	r := EpochRecord{Epoch: progress.Epoch, Step: progress.Step, Losses: losses, Seconds: math.Round(elapsed.Seconds()*10) / 10}
	if !math.IsNaN(validation) {
		r.Validation = &validation
	}
	if !math.IsInf(progress.Best, 0) {
		r.Best = &progress.Best
	}
	return r
}

// Log appends a line to log.jsonl. Its error is a file that cannot be written.
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

// ReadLog reads the log of a run directory, one record for each epoch. Its errors are a log
// that does not exist, and a line that is not a record.
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
