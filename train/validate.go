package train

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// validate evaluates the averaged weights on the frozen validation masks and saves them if
// their error is the lowest so far. It returns the validation error and updates progress.
func (f *fitter) validate(ctx context.Context, progress *rundir.Progress) (float64, error) {
	weights, err := f.averagedWeights()
	if err != nil {
		return 0, err
	}
	predictor, err := f.validationPredictor(weights)
	if err != nil {
		return 0, err
	}
	cells, err := f.valid.Run(ctx, predictor, infer.Request{Samples: f.Config.Train.Samples, Seed: f.Config.Train.Seed})
	if err != nil {
		return 0, err
	}
	validation := infer.MeanError(cells)
	if math.IsNaN(validation) {
		return 0, fault.Failure("does the validation split have labels?", "the validation error is not a number")
	}
	progress.Since += f.Config.Train.ValidEvery
	better := improved{prediction: validation < progress.Best}
	if better.prediction {
		progress.Best, progress.Since = validation, 0
		f.bestMeta.Validation, f.bestMeta.Epoch, f.bestMeta.ScaleFactor = validation, progress.Epoch, infer.Calibrate(cells)
	}
	if better.network, err = f.validateNetwork(ctx, progress.Epoch); err != nil {
		return 0, err
	}
	return validation, f.keep(weights, better)
}

// improved says which part of the weights has its lowest validation loss so far.
type improved struct{ prediction, network bool }

// keep writes the weights that improved to the checkpoint. The others stay as they are there.
func (f *fitter) keep(weights map[string]*tensors.Tensor, better improved) error {
	if better == (improved{}) {
		return nil
	}
	path := f.run.Path(rundir.CheckpointFile)
	if f.run.Has(rundir.CheckpointFile) {
		c, err := rundir.ReadCheckpoint(path)
		if err != nil {
			return err
		}
		for name, now := range weights {
			if isNetworks(f.model, name) && better.network || !isNetworks(f.model, name) && better.prediction {
				c.Vars[name] = now
			}
		}
		weights = c.Vars
	}
	return rundir.Save(path, weights, f.scaler, f.bestMeta)
}

// validationPredictor returns a predictor with the given weights. All validations share one
// predictor and its compiled graphs.
func (f *fitter) validationPredictor(weights map[string]*tensors.Tensor) (*infer.Predictor, error) {
	if f.predictor == nil {
		store, err := (&rundir.Checkpoint{Vars: weights}).Store()
		if err != nil {
			return nil, err
		}
		f.validStore = store
		f.predictor = infer.NewPredictor(f.Backend, store, f.model, f.setup)
		f.predictor.Name = f.Out
		return f.predictor, nil
	}
	for path, t := range weights { // the previous values belong to the training store and must not be freed
		if err := f.validStore.GetVariable(path).SetValuePreservingOld(t); err != nil {
			return nil, err
		}
	}
	return f.predictor, nil
}

// averagedWeights returns, by path, the averaged weights and the constants that
// predictions read.
func (f *fitter) averagedWeights() (map[string]*tensors.Tensor, error) {
	all, err := f.values()
	if err != nil {
		return nil, err
	}
	out := map[string]*tensors.Tensor{}
	for path, t := range all {
		if average, ok := all[rundir.EMAScope+path]; ok {
			out[path] = average
		} else if isConstant(path) && !isTrainingConstant(path) {
			out[path] = t
		}
	}
	return out, nil
}

// values returns all variables by path.
func (f *fitter) values() (map[string]*tensors.Tensor, error) {
	out := map[string]*tensors.Tensor{}
	for v := range f.store.IterVariables() {
		t, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Path(), err)
		}
		out[v.Path()] = t
	}
	return out, nil
}
