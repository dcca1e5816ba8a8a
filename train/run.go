package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/hint"
	"gsdnet/missing"
	"gsdnet/model"
)

// run is a run directory being filled.
type run struct {
	dir      string
	config   []byte // resolved
	maskHash string
	logFile  *os.File
}

// openRun makes a run directory, or finds the one to go on with.
func openRun(dir string, c *Config, resume bool) (*run, error) {
	resolved, err := c.Resolved()
	if err != nil {
		return nil, err
	}
	r := &run{dir: dir, config: resolved}
	old, err := os.ReadFile(r.path(ConfigFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, r.create()
	case err != nil:
		return nil, hint.Input("check the directory's permissions", "%w", err)
	case !resume:
		return nil, hint.Input("choose another --out, or go on with it by --resume", "%s already holds a run", dir)
	case !bytes.Equal(old, resolved):
		return nil, hint.Input("resume with the flags and config it was started with", "%s: --resume with other settings (%s)", dir, firstDifference(old, resolved))
	}
	return r, nil
}

// create makes the directory with its config and an empty log.
func (r *run) create() error {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return hint.Failure("choose a directory you may write to with --out", "%w", err)
	}
	return atomicfile.Write(r.path(ConfigFile), r.config)
}

func (r *run) path(name string) string { return filepath.Join(r.dir, name) }

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

// masks freezes the validation and test masks in the run directory, or reads the
// ones that are there, and returns those of validation.
func (r *run) masks(c *erc.Corpus, m Missing) ([]missing.Mask, error) {
	dir := r.path(MaskDir)
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
			masks, err := Freeze(c, split, rules, m.Seed)
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
	r.maskHash = missing.Hash(all)
	var valid []missing.Mask
	for _, mask := range all {
		if mask.Split == erc.Valid {
			valid = append(valid, mask)
		}
	}
	return valid, nil
}

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

func epochLog(at progress, losses map[string]float64, validation float64, elapsed time.Duration) EpochRecord {
	r := EpochRecord{Epoch: at.Epoch, Step: at.Step, Losses: losses, Seconds: math.Round(elapsed.Seconds()*10) / 10}
	if !math.IsNaN(validation) {
		r.Validation = &validation
	}
	if !math.IsInf(at.Best, 0) {
		r.Best = &at.Best
	}
	return r
}

// log appends a line.
func (r *run) log(line EpochRecord) error {
	if r.logFile == nil {
		file, err := os.OpenFile(r.path(LogFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return hint.Failure("check the run directory's permissions", "%w", err)
		}
		r.logFile = file
	}
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := r.logFile.Write(append(text, '\n')); err != nil {
		return hint.Failure("is the disk full?", "%w", err)
	}
	return nil
}

// ReadLog reads the log of a run directory.
func ReadLog(dir string) ([]EpochRecord, error) {
	path := filepath.Join(dir, LogFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, hint.Input("give the directory of a finished run", "%w", err)
	}
	var out []EpochRecord
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte{'\n'}) {
		var r EpochRecord
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, hint.Input("train the run again", "%s: line %d: %w", path, i+1, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// logSize is where the log stands, to cut it back to on resuming.
func (r *run) logSize() int64 {
	info, err := os.Stat(r.path(LogFile))
	if err != nil {
		return 0
	}
	return info.Size()
}

func (r *run) close() {
	if r.logFile != nil {
		r.logFile.Close()
	}
}

// saveState writes what --resume needs: all variables and where training stood.
func (f *fitter) saveState() error {
	all, err := f.values()
	if err != nil {
		return err
	}
	f.progress.LogBytes = f.run.logSize()
	meta := f.best
	at := f.progress
	if math.IsInf(at.Best, 0) {
		at.Best = math.MaxFloat64
	}
	if math.IsInf(meta.Validation, 0) {
		meta.Validation = math.MaxFloat64
	}
	meta.Progress = &at
	return save(f.run.path(StateFile), all, f.scaler, meta)
}

// restore returns the store to train: a new one, or the state's. A state lies in
// the directory from the start of a run to its end, so a checkpoint without one
// is finished.
func (f *fitter) restore() (*mlx.Store, error) {
	path := f.run.path(StateFile)
	if !f.Resume || !exists(path) {
		if exists(f.run.path(CheckpointFile)) {
			f.progress.Epoch = f.Config.Train.Epochs // finished: nothing is left to do
			return f.finished()
		}
		return f.fresh()
	}
	c, err := ReadCheckpoint(path)
	if err != nil {
		return nil, err
	}
	if err := f.sameData(c); err != nil {
		return nil, err
	}
	if c.Progress.Step == 0 {
		return f.fresh()
	}
	f.progress, f.best = *c.Progress, c.Meta
	f.best.Progress = nil
	if err := os.Truncate(f.run.path(LogFile), f.progress.LogBytes); err != nil {
		return nil, hint.Failure("check the run directory", "%w", err)
	}
	store, err := c.Store()
	if err != nil {
		return nil, err
	}
	for v := range store.IterVariables() {
		// Graphs mark what they do not train; until they are built, weights are
		// what has an average.
		v.SetTrainable(store.GetVariable(emaScope+v.Path()) != nil)
	}
	return store, nil
}

// fresh starts from nothing, and leaves a state that says so.
func (f *fitter) fresh() (*mlx.Store, error) {
	if err := os.RemoveAll(f.run.path(LogFile)); err != nil {
		return nil, err
	}
	meta := f.best
	meta.Validation = math.MaxFloat64
	meta.Progress = &progress{Best: math.MaxFloat64}
	return mlx.NewStore(), save(f.run.path(StateFile), nil, f.scaler, meta)
}

func (f *fitter) sameData(c *Checkpoint) error {
	if c.DataHash != f.Corpus.Hash {
		return hint.Input("resume on the file it was started with", "%s: the run was started on other data", f.run.dir)
	}
	return nil
}

// finished takes the result of a run that is done.
func (f *fitter) finished() (*mlx.Store, error) {
	c, err := ReadCheckpoint(f.run.path(CheckpointFile))
	if err != nil {
		return nil, err
	}
	if err := f.sameData(c); err != nil {
		return nil, err
	}
	f.best = c.Meta
	f.progress.Step = 1
	return c.Store()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// finish weighs what was recovered, removes what only resuming needs and says how
// it went.
func (f *fitter) finish(ctx context.Context) (*Result, error) {
	if err := f.weigh(ctx); err != nil {
		return nil, err
	}
	if err := os.Remove(f.run.path(StateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	weights := 0
	for v := range f.store.IterVariables() {
		if v.Trainable {
			weights += v.Shape().Size()
		}
	}
	return &Result{Epochs: f.progress.Epoch, BestEpoch: f.best.Epoch, Validation: f.best.Validation, Parameters: weights}, nil
}

// weigh adds to the checkpoint what recovered features are worth.
func (f *fitter) weigh(ctx context.Context) error {
	path := f.run.path(CheckpointFile)
	c, err := ReadCheckpoint(path)
	if err != nil {
		return err
	}
	store, err := c.Store()
	if err != nil {
		return err
	}
	predictor := NewPredictor(f.Backend, store, f.model, f.setup)
	predictor.Name = f.Out
	defer predictor.Close()
	if c.Recovery, err = f.valid.weigh(ctx, predictor, f.Config.Train.Seed); err != nil {
		return err
	}
	return save(path, c.vars, f.scaler, c.Meta)
}

// isConstant tells what a Fitter stored from weights and optimiser state.
func isConstant(path string) bool {
	return strings.Contains(path, "/"+model.ConstantScope+"/") && !strings.HasPrefix(path, emaScope)
}

// isOfTraining tells the constants that only training graphs read.
func isOfTraining(path string) bool {
	return strings.Contains(path, "/"+model.ConstantScope+"/"+model.TrainingConstant)
}
