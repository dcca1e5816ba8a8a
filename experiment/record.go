package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// Record is what an evaluation found, as metrics.json keeps it.
type Record struct {
	Run      string    `json:"run"`
	Cell     *Identity `json:"cell,omitempty"` // of a sweep
	Data     string    `json:"data"`
	DataHash string    `json:"data_sha256"`
	// OtherData says that the data are not those of the run.
	OtherData bool   `json:"other_data,omitempty"`
	MaskHash  string `json:"masks_sha256"`
	Split     string `json:"split"`
	Samples   int    `json:"samples"`
	Recovery  bool   `json:"recovery"`
	// PredictionsHash is the SHA-256 of the PredictionsFile that Keep wrote with the
	// record, empty in a record that was only printed.
	PredictionsHash string `json:"predictions_sha256,omitempty"`
	// CompletionHash is likewise that of the CompletionFile, empty without Recovery.
	CompletionHash string `json:"completion_sha256,omitempty"`
	Result         Result `json:"result"`
	// Compare has the result with other numbers of samples.
	Compare []Compared `json:"compare,omitempty"`
}

// Compared is a result with a number of samples.
type Compared struct {
	Samples int    `json:"samples"`
	Result  Result `json:"result"`
}

// RunDir is the path of a directory with the results of an evaluation, such as the run
// directory of a cell. Its methods write and read the files there.
type RunDir string

// path returns the path of a file in the directory.
func (d RunDir) path(name string) string { return filepath.Join(string(d), name) }

// Keep writes a record, its predictions and, with Recovery, its CompletionFile. The
// directory is made if it does not exist. metrics.json is written last, so that it always
// belongs to a complete evaluation. Keep enters the hashes of the other files into the
// record.
func (d RunDir) Keep(r *Record, corpus *erc.Corpus) error {
	split, known := erc.HeldOut(r.Split)
	if !known {
		return fmt.Errorf("experiment: a record of the split %q", r.Split)
	}
	var lines bytes.Buffer
	if err := writePredictions(&lines, r.Result.Cells, corpus.In(split)); err != nil {
		return err
	}
	r.PredictionsHash = digest(lines.Bytes())
	var scores bytes.Buffer
	if err := writeContributions(&scores, r.Result.Cells); err != nil {
		return err
	}
	if r.CompletionHash = ""; r.Recovery {
		r.CompletionHash = digest(scores.Bytes())
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return fault.Failure("choose a folder you may write to", "%w", err)
	}
	if err := atomicfile.Write(d.path(PredictionsFile), lines.Bytes()); err != nil {
		return err
	}
	if r.Recovery {
		if err := atomicfile.Write(d.path(CompletionFile), scores.Bytes()); err != nil {
			return err
		}
	}
	return atomicfile.Write(d.path(rundir.MetricsFile), append(text, '\n'))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Record reads the record that Keep wrote. If a field of it is missing or wrong, the error
// names the file and the field.
func (d RunDir) Record() (*Record, error) {
	const advice = "delete it and give the sweep again"
	path := d.path(rundir.MetricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("give the sweep again, which evaluates what is missing", "%w", err)
	}
	var r Record
	if err := decodeJSON(text, &r); err != nil {
		return nil, fault.Input(advice, "%s: %w", path, err)
	}
	if err := r.check(); err != nil {
		return nil, fault.Input(advice, "%s: %w", path, err)
	}
	return &r, nil
}

// Verify returns an error unless the folder of the sweep has the results of a cell.
func (d SweepDir) Verify(id Identity) error { return RunDir(d.path(id.String())).Verify(id) }

// Verify returns an error unless the directory holds the results of a cell and its files
// have the hashes that the record gives.
func (d RunDir) Verify(id Identity) error {
	r, err := d.Record()
	if err != nil {
		return err
	}
	if r.Cell == nil || *r.Cell != id {
		return fault.Input("give the folder as gsdnet sweep wrote it", "%s: the results are not those of %s", d.path(rundir.MetricsFile), id)
	}
	for name, want := range map[string]string{PredictionsFile: r.PredictionsHash, CompletionFile: r.CompletionHash} {
		if want == "" {
			continue
		}
		text, err := os.ReadFile(d.path(name))
		if err != nil {
			return fault.Input("delete "+rundir.MetricsFile+" in that folder and give the sweep again", "%w", err)
		}
		if digest(text) != want {
			return fault.Input("delete "+rundir.MetricsFile+" in that folder and give the sweep again", "%s: not the file that %s was written with", d.path(name), rundir.MetricsFile)
		}
	}
	return nil
}
