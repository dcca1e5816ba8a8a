package train

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"strings"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/hint"
	"gsdnet/model"
)

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

// restore returns the store to train: a new one, that of a run which has ended, or
// the one that a stopped run left.
func (f *fitter) restore() (*mlx.Store, error) {
	if f.run.has(CheckpointFile) {
		c, err := ReadCheckpoint(f.run.path(CheckpointFile))
		if err != nil {
			return nil, err
		}
		if c.Finished && !f.run.extended { // nothing is left to do
			f.best = c.Meta
			f.progress.Epoch, f.progress.Step = f.Config.Train.Epochs, 1
			return c.Store()
		}
		if err := f.extend(c); err != nil {
			return nil, err
		}
	}
	if !f.run.has(StateFile) {
		return f.fresh()
	}
	c, err := ReadCheckpoint(f.run.path(StateFile))
	if err != nil {
		return nil, err
	}
	if c.Progress == nil || c.Progress.Step == 0 {
		return f.fresh()
	}
	dataPath := f.progress.DataPath
	f.progress, f.best = *c.Progress, c.Meta
	if dataPath != "" {
		f.progress.DataPath = dataPath
	}
	f.best.Progress, f.best.Config = nil, string(f.run.config)
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
	meta.Progress = &progress{Best: math.MaxFloat64, DataPath: f.progress.DataPath}
	return mlx.NewStore(), save(f.run.path(StateFile), nil, f.scaler, meta)
}

// begunOnTheSame refuses to go on with a run on other data than it was started on.
func (f *fitter) begunOnTheSame() error {
	for _, name := range []string{StateFile, CheckpointFile} {
		if f.run.has(name) {
			c, err := ReadCheckpoint(f.run.path(name))
			if err != nil {
				return err
			}
			if c.DataHash != f.Corpus.Hash {
				return hint.Input("resume on the file it was started with", "%s: the run was started on other data", f.run.dir)
			}
		}
	}
	return nil
}

// extend prepares a run for being continued with other settings: the best epoch so
// far is no longer the result, and the settings are the new ones.
func (f *fitter) extend(c *Checkpoint) error {
	if !f.run.extended {
		return nil
	}
	if !f.run.has(StateFile) {
		return hint.Input("train another run with these settings", "%s: the run has ended and kept nothing to go on from", f.run.dir)
	}
	c.Finished, c.Config = false, string(f.run.config)
	if err := save(f.run.path(CheckpointFile), c.vars, c.Scaler, c.Meta); err != nil {
		return err
	}
	return atomicfile.Write(f.run.path(ConfigFile), f.run.config)
}

// finish measures what was recovered, marks the checkpoint as finished and says how
// training went.
func (f *fitter) finish(ctx context.Context) (*Result, error) {
	if !f.best.Finished {
		if err := f.weigh(ctx); err != nil {
			return nil, err
		}
	}
	if !f.KeepState {
		if err := os.Remove(f.run.path(StateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, hint.Failure("check the directory's permissions", "%w", err)
		}
	}
	weights := 0
	for v := range f.store.IterVariables() {
		if v.Trainable {
			weights += v.Shape().Size()
		}
	}
	return &Result{Epochs: f.progress.Epoch, BestEpoch: f.best.Epoch, Validation: f.best.Validation, Parameters: weights}, nil
}

// weigh adds to the checkpoint what recovered features are worth, which is the last
// step of training.
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
	c.Finished, c.Config = true, string(f.run.config)
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
