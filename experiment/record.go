package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/hint"
	"gsdnet/train"
)

// PredictionsFile lists a run's predictions under every test mask.
const PredictionsFile = "predictions.csv"

// Record is what an evaluation found, as metrics.json keeps it.
type Record struct {
	Run      string    `json:"run"`
	Cell     *Identity `json:"cell,omitempty"` // of a sweep
	Data     string    `json:"data"`
	DataHash string    `json:"data_sha256"`
	MaskHash string    `json:"masks_sha256"`
	Split    string    `json:"split"`
	Samples  int       `json:"samples"`
	Recovery bool      `json:"recovery"`
	Result   Result    `json:"result"`
	// Compare has the result with other numbers of samples.
	Compare []Compared `json:"compare,omitempty"`
}

// Compared is a result with a number of samples.
type Compared struct {
	Samples int    `json:"samples"`
	Result  Result `json:"result"`
}

// Keep writes a record into its run directory: the predictions first, so that a
// metrics.json speaks of a whole evaluation.
func Keep(dir string, r Record, corpus *erc.Corpus) error {
	split, known := erc.HeldOut(r.Split)
	if !known {
		return fmt.Errorf("experiment: a record of the split %q", r.Split)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	if err := writePredictions(&lines, r.Result.Cells, corpus.In(split)); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(dir, PredictionsFile), lines.Bytes()); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, train.MetricsFile), append(text, '\n'))
}

// ReadRecord reads the record of a run directory.
func ReadRecord(dir string) (*Record, error) {
	path := filepath.Join(dir, train.MetricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, hint.Input("evaluate the run first", "%w", err)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, hint.Input("delete it and evaluate the run again", "%s: %w", path, err)
	}
	return &r, nil
}
