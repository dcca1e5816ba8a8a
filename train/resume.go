package train

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"strings"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/infer"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/rundir"
)

// saveState writes the state file, which resuming needs: all variables and the progress of
// training.
func (f *fitter) saveState() error {
	all, err := f.values()
	if err != nil {
		return err
	}
	f.progress.LogBytes = f.run.LogSize()
	meta := f.bestMeta
	progress := f.progress
	if math.IsInf(progress.Best, 0) {
		progress.Best = math.MaxFloat64
	}
	if math.IsInf(meta.Validation, 0) {
		meta.Validation = math.MaxFloat64
	}
	meta.Progress = &progress
	return rundir.Save(f.run.Path(rundir.StateFile), all, f.scaler, meta)
}

// restore returns the store to train: a new one, that of a run which has ended, or that of
// a stopped run.
func (f *fitter) restore() (*mlx.Store, error) {
	if f.run.Has(rundir.CheckpointFile) {
		c, err := rundir.ReadCheckpoint(f.run.Path(rundir.CheckpointFile))
		if err != nil {
			return nil, err
		}
		if c.Finished && !f.run.Extended { // nothing is left to do
			f.bestMeta = c.Meta
			f.progress.Epoch, f.progress.Step = f.Config.Train.Epochs, 1
			return c.Store()
		}
		if err := f.extend(c); err != nil {
			return nil, err
		}
	}
	if !f.run.Has(rundir.StateFile) {
		return f.newStore()
	}
	c, err := rundir.ReadCheckpoint(f.run.Path(rundir.StateFile))
	if err != nil {
		return nil, err
	}
	if c.Progress == nil || c.Progress.Step == 0 {
		return f.newStore()
	}
	dataPath := f.progress.DataPath
	f.progress, f.bestMeta = *c.Progress, c.Meta
	if dataPath != "" {
		f.progress.DataPath = dataPath
	}
	f.bestMeta.Progress, f.bestMeta.Config = nil, string(f.run.Config)
	if err := os.Truncate(f.run.Path(rundir.LogFile), f.progress.LogBytes); err != nil {
		return nil, fault.Failure("check the run directory", "%w", err)
	}
	store, err := c.Store()
	if err != nil {
		return nil, err
	}
	for v := range store.IterVariables() {
		// A graph marks the variables that it does not train. Before it is built, the
		// weights are the variables that have an average.
		v.SetTrainable(store.GetVariable(rundir.EMAScope+v.Path()) != nil)
	}
	return store, nil
}

// newStore returns an empty store. It removes the log and writes a state file of an
// untrained run.
func (f *fitter) newStore() (*mlx.Store, error) {
	if err := os.RemoveAll(f.run.Path(rundir.LogFile)); err != nil {
		return nil, err
	}
	meta := f.bestMeta
	meta.Validation = math.MaxFloat64
	meta.Progress = &rundir.Progress{Best: math.MaxFloat64, DataPath: f.progress.DataPath}
	return mlx.NewStore(), rundir.Save(f.run.Path(rundir.StateFile), nil, f.scaler, meta)
}

// checkSameData returns an error if the run was started on other data.
func (f *fitter) checkSameData() error {
	for _, name := range []string{rundir.StateFile, rundir.CheckpointFile} {
		if f.run.Has(name) {
			c, err := rundir.ReadCheckpoint(f.run.Path(name))
			if err != nil {
				return err
			}
			if c.DataHash != f.Corpus.Hash {
				return fault.Input("resume on the file it was started with", "%s: the run was started on other data", f.run.Name)
			}
		}
	}
	return nil
}

// extend prepares a run to be continued with other settings. It marks the checkpoint as
// unfinished and stores the new settings.
func (f *fitter) extend(c *rundir.Checkpoint) error {
	if !f.run.Extended {
		return nil
	}
	if !f.run.Has(rundir.StateFile) {
		return fault.Input("train another run with these settings", "%s: the run has ended and kept nothing to go on from", f.run.Name)
	}
	c.Finished, c.Config = false, string(f.run.Config)
	if err := rundir.Save(f.run.Path(rundir.CheckpointFile), c.Vars, c.Scaler, c.Meta); err != nil {
		return err
	}
	return atomicfile.Write(f.run.Path(rundir.ConfigFile), f.run.Config)
}

// finish measures the features that the best epoch recovers, marks the checkpoint as finished and
// returns the result of training.
func (f *fitter) finish(ctx context.Context) (*Result, error) {
	measured := f.bestMeta.Finished
	if !measured {
		if err := f.measure(ctx); err != nil {
			return nil, err
		}
	}
	if !f.KeepState {
		if err := os.Remove(f.run.Path(rundir.StateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Failure("check the directory's permissions", "%w", err)
		}
	}
	weights := 0
	for v := range f.store.IterVariables() {
		if v.Trainable {
			weights += v.Shape().Size()
		}
	}
	if !measured || !f.run.Has(rundir.CardFile) {
		if err := f.writeCard(weights); err != nil {
			return nil, err
		}
	}
	return &Result{Epochs: f.progress.Epoch, BestEpoch: f.bestMeta.Epoch, Validation: f.bestMeta.Validation, Parameters: weights, Network: f.bestMeta.Network}, nil
}

// measure adds to the checkpoint whether the network is kept and what recovered features
// miss, which is the last step of training.
func (f *fitter) measure(ctx context.Context) error {
	path := f.run.Path(rundir.CheckpointFile)
	c, err := rundir.ReadCheckpoint(path)
	if err != nil {
		return err
	}
	if err := f.chooseNetwork(ctx, c); err != nil {
		return err
	}
	predictor, err := f.predictorOf(c)
	if err != nil {
		return err
	}
	defer predictor.Close()
	if c.Residual, err = f.valid.Residual(ctx, predictor, f.Config.Train.Samples, f.Config.Train.Seed); err != nil {
		return err
	}
	c.Finished, c.Config = true, string(f.run.Config)
	f.bestMeta = c.Meta
	return rundir.Save(path, c.Vars, f.scaler, c.Meta)
}

// predictorOf returns a predictor with the weights of a checkpoint.
func (f *fitter) predictorOf(c *rundir.Checkpoint) (*infer.Predictor, error) {
	store, err := c.Store()
	if err != nil {
		return nil, err
	}
	if loader, ok := f.model.(model.Loader); ok {
		if err := loader.Load(model.TrainedParams(store)); err != nil {
			return nil, err
		}
	}
	predictor := infer.NewPredictor(f.Backend, store, f.model, f.setup)
	predictor.Name = f.Out
	return predictor, nil
}

// isConstant reports whether the variable at a path is a constant that a model.Fitter
// stored, and not a weight or a part of the optimiser.
func isConstant(path string) bool {
	return strings.Contains(path, "/"+model.ConstantScope+"/") && !strings.HasPrefix(path, rundir.EMAScope)
}

// isTrainingConstant reports whether only training graphs read the constant at a path.
func isTrainingConstant(path string) bool {
	return strings.Contains(path, "/"+model.ConstantScope+"/"+model.TrainingConstant)
}
