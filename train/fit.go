package train

import (
	"context"
	"math"
	"time"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/internal/memory"
	"gsdnet/internal/stream"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Options are the arguments of Fit. Config, Corpus, Out and Backend must be set.
type Options struct {
	Config  *rundir.Config
	Corpus  *erc.Corpus
	Out     string // the run directory
	Backend engine.Backend
	Resume  bool // continue a run that was stopped
	// DataPath is where the corpus was read from. The run keeps it for resuming.
	DataPath string
	// KeepState keeps the state file when training ends, so that the run can be continued
	// with more epochs. The file is about three times as large as the weights.
	KeepState bool
	Watch     func(Event) // called after every step and after every epoch; may be nil
}

// Event is the progress of training after a step or an epoch.
type Event struct {
	Epoch, Epochs int                // the number of the epoch, from 0, and the largest number of epochs
	Step, Steps   int                // the number of steps done in the epoch, and that of all its steps
	Losses        map[string]float64 // of the step, or the means of an epoch that has ended
	Rate          float64            // learning rate
	Validation    float64            // validation error; NaN after a step, and after an epoch without a validation
	Best          float64            // lowest validation error so far; +Inf before the first
	Elapsed       time.Duration      // since this process started to train
}

// Result describes a training that has ended.
type Result struct {
	Epochs     int     `json:"epochs"`     // the number of epochs that were run
	BestEpoch  int     `json:"best_epoch"` // the epoch of the weights in the checkpoint
	Validation float64 `json:"validation"` // its validation error
	Parameters int     `json:"parameters"` // number of trained numbers
	// Network says whether validation kept the model's network; nil of a model that has no
	// choice.
	Network *rundir.Network `json:"network,omitempty"`
}

// fitter is the state of one call of Fit.
type fitter struct {
	Options
	reduced    *erc.Corpus // what is trained on: Corpus without what the settings delete
	run        *rundir.Dir
	setup      model.Setup
	scaler     *model.Scaler
	model      model.Model
	store      *mlx.Store
	params     *model.Params
	stepGraphs *engine.Graphs // one training step
	train      []infer.Sample
	valid      *infer.Evaluation
	// predictor evaluates the averaged weights, which validStore holds. Both are nil before
	// the first validation.
	predictor  *infer.Predictor
	validStore *mlx.Store
	// judge measures the network's own loss on validation; nil of a model without a network
	// and before the first validation.
	judge    *judge
	lengths  []int
	rules    []missing.Rule
	progress rundir.Progress
	bestMeta rundir.Meta
	started  time.Time
}

// Fit trains one model and writes its run directory: the resolved settings, the frozen
// masks, the log, and the checkpoint of the epoch with the lowest validation error. When
// ctx ends, Fit stops after the current step and keeps everything that Resume needs. A run
// that fails before an epoch was finished leaves no files behind. Its errors are settings
// or data that cannot be trained on, more memory than the machine has, a directory in use,
// and a loss that is not finite.
func Fit(ctx context.Context, o Options) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := newFitter(o)
	if err != nil {
		return nil, err
	}
	defer f.close()
	result, err := f.fit(ctx)
	if err != nil && ctx.Err() == nil {
		f.run.Abandon()
	}
	return result, err
}

// fit trains from the current state of the run to its end.
func (f *fitter) fit(ctx context.Context) (*Result, error) {
	if err := f.start(ctx); err != nil {
		return nil, err
	}
	for f.progress.Epoch < f.Config.Train.Epochs && !f.outOfPatience() {
		if err := f.epoch(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, fault.Failure("go on with --resume; nothing of the finished epochs is lost", "stopped in epoch %d", f.progress.Epoch+1)
			}
			return nil, err
		}
	}
	return f.finish(ctx)
}

// newFitter checks the options and opens the run directory.
func newFitter(o Options) (*fitter, error) {
	c := o.Config
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := infer.CheckCorpus(o.Corpus); err != nil {
		return nil, err
	}
	reduced, err := reduce(o.Corpus, c)
	if err != nil {
		return nil, err
	}
	trainConvs := reduced.In(erc.Train)
	if len(trainConvs) == 0 || len(o.Corpus.In(erc.Valid)) == 0 {
		return nil, fault.Input("training needs conversations of split 0 (train) and 1 (valid)", "%s: %d train and %d validation conversations",
			o.Corpus.Name, len(trainConvs), len(o.Corpus.In(erc.Valid)))
	}
	if err := checkLabels(reduced); err != nil {
		return nil, err
	}
	f := &fitter{Options: o, reduced: reduced, started: time.Now()}
	f.progress.DataPath = o.DataPath
	f.setup = model.Setup{Dims: o.Corpus.Dims, Task: o.Corpus.Task, NumClasses: o.Corpus.NumClasses}
	f.scaler = model.FitScaler(trainConvs, o.Corpus.Dims)
	f.train = infer.Pieces(infer.Samples(trainConvs, f.scaler))
	for i := range f.train {
		f.lengths = append(f.lengths, f.train[i].Len())
	}
	kind, err := model.Lookup(c.Model)
	if err != nil {
		return nil, err
	}
	if f.model, err = kind.New(c.Settings[c.Model], f.setup.Inhabited()); err != nil {
		return nil, err
	}
	if err := checkMemory(c, f.setup, f.lengths, memory.Available()); err != nil {
		return nil, err
	}
	f.run, err = rundir.Open(o.Out, c, o.Resume)
	return f, err
}

// checkLabels returns an error if the training or the validation split has no labels.
func checkLabels(c *erc.Corpus) error {
	for _, split := range []erc.Split{erc.Train, erc.Valid} {
		n := 0
		for _, conv := range c.In(split) {
			n += countLabels(c.Task, &conv)
		}
		if n == 0 {
			return fault.Input("name the array of the labels with --set data.label=NAME or data.class=NAME",
				"%s: no utterance of the %s split has a label", c.Name, split)
		}
	}
	return nil
}

// start prepares masks, weights and graphs. The weights are new ones, or those of a
// stopped run.
func (f *fitter) start(ctx context.Context) error {
	var err error
	if f.rules, err = f.Config.Missing.Rules(); err != nil {
		return err
	}
	if err := f.checkSameData(); err != nil {
		return err
	}
	masks, err := f.run.Masks(f.Corpus, f.Config.Missing)
	if err != nil {
		return err
	}
	f.valid = infer.NewEvaluation(infer.Samples(f.Corpus.In(erc.Valid), f.scaler), masks, f.setup)
	f.bestMeta = rundir.Meta{Setup: f.setup, DataHash: f.Corpus.Hash, MaskHash: f.run.MaskHash, Fingerprint: f.fingerprint(), Config: string(f.run.Config), Validation: math.Inf(1), ScaleFactor: 1}
	if f.setup.Task == erc.Classes {
		f.bestMeta.Classes = f.Corpus.Classes
	}
	f.progress.Best = math.Inf(1)
	if f.store, err = f.restore(); err != nil {
		return err
	}
	f.params = model.NewParams(f.store, f.Config.Train.Seed)
	if fit, ok := f.model.(model.Fitter); ok && f.progress.Step == 0 {
		observed, truth := f.withhold("fit", 0, f.allIndices())
		if err := fit.Fit(ctx, f.params, observed, truth); err != nil {
			return err
		}
	}
	if loader, ok := f.model.(model.Loader); ok {
		if err := loader.Load(f.params); err != nil {
			return err
		}
	}
	u := &updater{model: f.model, params: f.params, setting: f.Config.Train}
	f.stepGraphs = engine.NewGraphs(f.Backend, f.store, nil, u.build)
	return nil
}

// withhold returns training conversations without the modalities that the protocol
// withholds, and their truth. The random draw depends on the seed, the purpose, the epoch
// and the conversation.
func (f *fitter) withhold(purpose string, epoch int, indices []int) ([]model.Conversation, []model.Truth) {
	var observed []model.Conversation
	var truth []model.Truth
	for _, i := range indices {
		s := &f.train[i]
		rng := stream.New(f.Config.Train.Seed, purpose, append([]uint64{uint64(epoch)}, s.StreamKeys()...)...)
		observed = append(observed, s.Observe(missing.DrawOneOf(f.rules, s.Present(), rng)).Conversation)
		truth = append(truth, s.Truth)
	}
	return observed, truth
}

// allIndices returns the indices of all training samples.
func (f *fitter) allIndices() []int {
	all := make([]int, len(f.train))
	for i := range all {
		all[i] = i
	}
	return all
}

// close releases the run directory and the compiled graphs.
func (f *fitter) close() {
	f.run.Close()
	if f.predictor != nil {
		f.predictor.Close()
	}
	if f.judge != nil {
		f.judge.close()
	}
}
