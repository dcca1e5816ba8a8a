package train

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/stream"
	"gsdnet/missing"
	"gsdnet/model"
)

// Options says what to fit, on what, into which directory.
type Options struct {
	Config  *Config
	Corpus  *erc.Corpus
	Out     string // the run directory
	Backend Engine
	Resume  bool // go on where a stopped run stood
	// DataPath is where the corpus was read from. The run keeps it for resuming.
	DataPath string
	// KeepState keeps what resuming needs when training ends, so that the run can be
	// continued with more epochs. It takes about three times the space of the weights.
	KeepState bool
	Watch     func(Event) // called after every step and every validation; may be nil
}

// Event is progress to show.
type Event struct {
	Epoch, Epochs int
	Step, Steps   int                // of the epoch
	Losses        map[string]float64 // of the step, or the epoch's means once Validation is set
	Rate          float64            // learning rate
	Validation    float64            // NaN between validations
	Best          float64            // lowest validation so far
	Elapsed       time.Duration
}

// Result is how a fit ended.
type Result struct {
	Epochs     int     `json:"epochs"`     // run
	BestEpoch  int     `json:"best_epoch"` // whose weights were kept
	Validation float64 `json:"validation"` // of that epoch
	Parameters int     `json:"parameters"`
}

// fitter is a fit under way.
type fitter struct {
	Options
	run     *run
	setup   model.Setup
	scaler  *Scaler
	model   model.Model
	store   *mlx.Store
	params  *model.Params
	updater *updater
	exec    *mlx.Exec
	train   []Sample
	valid   *Evaluation
	// predictor measures the weights in judged; nil before the first validation.
	predictor *Predictor
	judged    *mlx.Store
	lengths   []int
	rules     []missing.Rule
	progress  progress
	best      Meta
	started   time.Time
}

// Fit trains one model and leaves its run directory: resolved config, frozen
// masks, log, checkpoint of the epoch with the lowest validation error. When ctx
// ends it stops after the step under way, with everything needed to resume.
//
// A run that fails before an epoch was finished leaves nothing behind.
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
		f.run.abandon()
	}
	return result, err
}

// fit trains from where the run stands to its end.
func (f *fitter) fit(ctx context.Context) (*Result, error) {
	if err := f.start(ctx); err != nil {
		return nil, err
	}
	for f.progress.Epoch < f.Config.Train.Epochs && !f.tired() {
		if err := f.epoch(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, hint.Failure("go on with --resume; nothing of the finished epochs is lost", "stopped in epoch %d", f.progress.Epoch+1)
			}
			return nil, err
		}
	}
	return f.finish(ctx)
}

func newFitter(o Options) (*fitter, error) {
	c := o.Config
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := checkCorpus(o.Corpus); err != nil {
		return nil, err
	}
	trainConvs := o.Corpus.In(erc.Train)
	if len(trainConvs) == 0 || len(o.Corpus.In(erc.Valid)) == 0 {
		return nil, hint.Input("training needs conversations of split 0 (train) and 1 (valid)", "%s: %d train and %d validation conversations",
			o.Corpus.Name, len(trainConvs), len(o.Corpus.In(erc.Valid)))
	}
	if err := labelled(o.Corpus); err != nil {
		return nil, err
	}
	f := &fitter{Options: o, started: time.Now()}
	f.progress.DataPath = o.DataPath
	f.setup = model.Setup{Dims: o.Corpus.Dims, Task: o.Corpus.Task, NumClasses: o.Corpus.NumClasses}
	f.scaler = FitScaler(trainConvs, o.Corpus.Dims)
	f.train = Pieces(Samples(trainConvs, f.scaler))
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
	if err := affordable(c, f.setup, f.lengths, memory()); err != nil {
		return nil, err
	}
	f.run, err = openRun(o.Out, c, o.Resume)
	return f, err
}

// labelled refuses a corpus that cannot be learnt from, or whose validation split
// cannot select an epoch.
func labelled(c *erc.Corpus) error {
	for _, split := range []erc.Split{erc.Train, erc.Valid} {
		n := 0
		each(c.In(split), func(u *erc.Utterance) {
			if known := !math.IsNaN(float64(u.Label)); c.Task == erc.Scores && known || c.Task == erc.Classes && u.Class != erc.Unlabelled {
				n++
			}
		})
		if n == 0 {
			return hint.Input("name the array of the labels with --set data.label=NAME or data.class=NAME",
				"%s: no utterance of the %s split has a label", c.Name, split)
		}
	}
	return nil
}

// start prepares the store: fresh, or as a stopped run left it.
func (f *fitter) start(ctx context.Context) error {
	var err error
	if f.rules, err = f.Config.Missing.Rules(); err != nil {
		return err
	}
	if err := f.begunOnTheSame(); err != nil {
		return err
	}
	masks, err := f.run.masks(f.Corpus, f.Config.Missing)
	if err != nil {
		return err
	}
	f.valid = NewEvaluation(Samples(f.Corpus.In(erc.Valid), f.scaler), masks, f.setup)
	f.best = Meta{Setup: f.setup, DataHash: f.Corpus.Hash, MaskHash: f.run.maskHash, Seen: Remember(f.Corpus), Config: string(f.run.config), Validation: math.Inf(1), Stretch: 1}
	f.progress.Best = math.Inf(1)
	if f.store, err = f.restore(); err != nil {
		return err
	}
	f.params = model.NewParams(f.store, f.Config.Train.Seed)
	if fit, ok := f.model.(model.Fitter); ok && f.progress.Step == 0 {
		seen, truth := f.withheld("fit", 0, f.everyone())
		if err := fit.Fit(ctx, f.params, seen, truth); err != nil {
			return err
		}
	}
	f.updater = &updater{model: f.model, params: f.params, setting: f.Config.Train}
	f.exec, err = mlx.NewExec(f.Backend, f.store, func(scope *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		return f.updater.build(scope, inputs)
	})
	return err
}

// withheld returns training conversations as the protocol leaves them, with
// their truth; the purpose and the epoch name the draw.
func (f *fitter) withheld(purpose string, epoch int, indices []int) ([]model.Conversation, []model.Truth) {
	var seen []model.Conversation
	var truth []model.Truth
	for _, i := range indices {
		s := &f.train[i]
		rng := stream.New(f.Config.Train.Seed, purpose, append([]uint64{uint64(epoch)}, s.name()...)...)
		seen = append(seen, s.Observe(withhold(f.rules, s.Present(), rng)).Conversation)
		truth = append(truth, s.truth)
	}
	return seen, truth
}

func (f *fitter) everyone() []int {
	all := make([]int, len(f.train))
	for i := range all {
		all[i] = i
	}
	return all
}

// tired says that validation has not improved for long enough.
func (f *fitter) tired() bool {
	return f.Config.Train.Patience > 0 && f.progress.Since >= f.Config.Train.Patience
}

// epoch runs one epoch, validates, and saves.
func (f *fitter) epoch(ctx context.Context) error {
	t := f.Config.Train
	epoch := f.progress.Epoch
	batches := shuffled(f.lengths, min(t.Batch, len(f.train)), stream.New(t.Seed, "order", uint64(epoch)))
	means := map[string]float64{}
	at := f.progress // written back only when the epoch is whole
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	i := 0
	for next := range f.ahead(ctx, batches, epoch, at.Step) {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate := f.rate(int(at.Step), len(batches)*t.Epochs)
		losses, err := f.step(next, at.Step, rate)
		if err != nil {
			return err
		}
		at.Step++
		for name, value := range losses {
			means[name] += value / float64(len(batches))
		}
		f.watch(Event{Epoch: epoch, Step: i + 1, Steps: len(batches), Losses: losses, Rate: rate, Validation: math.NaN()})
		i++
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	at.Epoch++
	validation := math.NaN()
	if at.Epoch%t.ValidEvery == 0 || at.Epoch == t.Epochs {
		var err error
		if validation, err = f.validate(ctx, &at); err != nil {
			return err
		}
	}
	f.progress = at
	if err := f.run.log(epochLog(at, means, validation, time.Since(f.started))); err != nil {
		return err
	}
	f.watch(Event{Epoch: epoch, Step: len(batches), Steps: len(batches), Losses: means, Rate: f.rate(int(at.Step), len(batches)*t.Epochs), Validation: validation})
	return f.saveState()
}

func (f *fitter) watch(e Event) {
	if f.Watch == nil {
		return
	}
	e.Epochs, e.Best, e.Elapsed = f.Config.Train.Epochs, f.progress.Best, time.Since(f.started)
	f.Watch(e)
}

// rate is the learning rate: a linear warm-up over the first 5 % of the steps,
// then a cosine down to 1 % of the peak.
func (f *fitter) rate(step, steps int) float64 {
	peak := f.Config.Train.LearningRate
	warm := max(steps/20, 1)
	if step < warm {
		return peak * float64(step+1) / float64(warm)
	}
	done := float64(step-warm) / float64(max(steps-warm, 1))
	return peak * (0.01 + 0.99*0.5*(1+math.Cos(math.Pi*min(done, 1))))
}

// prepared is a batch ready for the graph, or why it is not.
type prepared struct {
	feed model.Feed
	err  error
}

// ahead prepares an epoch's batches in order, one beyond the one in use: masks,
// graphs and noise of the next step are made while the engine runs this one. It
// stops when ctx ends.
func (f *fitter) ahead(ctx context.Context, batches [][]int, epoch int, step uint64) <-chan prepared {
	out := make(chan prepared)
	go func() {
		defer close(out)
		for i, batch := range batches {
			feed, err := f.prepare(batch, epoch, step+uint64(i))
			select {
			case out <- prepared{feed, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// prepare withholds what the protocol withholds and makes the inputs of a step.
func (f *fitter) prepare(batch []int, epoch int, step uint64) (model.Feed, error) {
	seen, truth := f.withheld("withhold", epoch, batch)
	b := &model.Batch{Conversations: seen, N: longest(f.lengths, batch), Dims: f.setup.Inhabited().Dims}
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := f.model.Prepare(feed, b, truth); err != nil {
		return nil, err
	}
	f.model.Draw(feed, b, model.Draw{Seed: f.Config.Train.Seed, Step: step + 1, Train: true})
	return feed, nil
}

// step makes one step on a batch and returns its losses.
func (f *fitter) step(next prepared, step uint64, rate float64) (map[string]float64, error) {
	if next.err != nil {
		return nil, next.err
	}
	t, feed := f.Config.Train, next.feed
	feed[inRate] = tensors.FromValue(float32(rate))
	feed[inKeep] = tensors.FromValue(float32(min(t.EMA, float64(step+1)/float64(step+10))))
	f.updater.names = slices.Sorted(maps.Keys(feed))
	outputs, err := execute(f.exec, feed)
	if err != nil {
		return nil, err
	}
	return f.losses(outputs)
}

// losses names a step's outputs and refuses to go on with a loss that is not a
// number.
func (f *fitter) losses(outputs []*tensors.Tensor) (map[string]float64, error) {
	names := append([]string{"loss", "norm"}, f.updater.terms...)
	out := map[string]float64{}
	for i, t := range outputs {
		value := float64(tensors.ToScalar[float32](t))
		out[names[i]] = value
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, hint.Failure("lower train.rate, or look for extreme features with `gsdnet data describe`",
				"epoch %d: %s is %v: training diverged", f.progress.Epoch+1, names[i], value)
		}
	}
	return out, nil
}

// validate measures the averaged weights on the frozen validation masks and
// keeps them if they are the best so far.
func (f *fitter) validate(ctx context.Context, at *progress) (float64, error) {
	weights, err := f.averaged()
	if err != nil {
		return 0, err
	}
	predictor, err := f.predict(weights)
	if err != nil {
		return 0, err
	}
	cells, err := f.valid.Run(ctx, predictor, Request{Samples: f.Config.Train.Samples, Seed: f.Config.Train.Seed})
	if err != nil {
		return 0, err
	}
	validation := MeanError(cells)
	if math.IsNaN(validation) {
		return 0, hint.Failure("does the validation split have labels?", "the validation error is not a number")
	}
	at.Since += f.Config.Train.ValidEvery
	if validation < at.Best {
		at.Best, at.Since = validation, 0
		f.best.Validation, f.best.Epoch, f.best.Stretch = validation, at.Epoch, calibrate(cells)
		if err := save(f.run.path(CheckpointFile), weights, f.scaler, f.best); err != nil {
			return 0, err
		}
	}
	return validation, nil
}

// predict returns the predictor of validations, on other weights than the last time
// but with the same compiled graphs.
func (f *fitter) predict(weights map[string]*tensors.Tensor) (*Predictor, error) {
	if f.predictor == nil {
		store, err := (&Checkpoint{vars: weights}).Store()
		if err != nil {
			return nil, err
		}
		f.judged = store
		f.predictor = NewPredictor(f.Backend, store, f.model, f.setup)
		f.predictor.Name = f.Out
		return f.predictor, nil
	}
	for path, t := range weights { // the last ones belong to the store that trains
		if err := f.judged.GetVariable(path).SetValuePreservingOld(t); err != nil {
			return nil, err
		}
	}
	return f.predictor, nil
}

// close frees what a fit holds.
func (f *fitter) close() {
	f.run.close()
	if f.predictor != nil {
		f.predictor.Close()
	}
}

// averaged returns the averaged weights and, by path, the constants that
// predictions read.
func (f *fitter) averaged() (map[string]*tensors.Tensor, error) {
	all, err := f.values()
	if err != nil {
		return nil, err
	}
	out := map[string]*tensors.Tensor{}
	for path, t := range all {
		if average, ok := all[emaScope+path]; ok {
			out[path] = average
		} else if isConstant(path) && !isOfTraining(path) {
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
