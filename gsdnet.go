// Package gsdnet recognises emotion in conversations when modalities are
// missing. It opens a trained run and applies it: Predict gives an emotion for
// every utterance with an honest interval, Impute fills the holes.
//
//	run, err := gsdnet.Open("runs/first")
//	defer run.Close()
//	corpus, err := run.Read("conversations.npz")
//	predictions, err := run.Predict(ctx, corpus, gsdnet.Options{})
//
// A corpus may also be made in memory; both check it with erc.Corpus.Check.
//
// Training is package train's, or the command's: gsdnet train.
//
// Start reading at Open.
package gsdnet

import (
	"gsdnet/dataset"
	_ "gsdnet/dataset/all" // every format of data
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	_ "gsdnet/model/all" // every model that a run may hold
)

// Run is a trained run, ready to predict. Goroutines may use it at the same time:
// their calls run concurrently.
type Run struct {
	trained *infer.Trained
	engine  engine.Backend
}

// Option changes how a run is opened.
type Option func(*options)

type options struct {
	backend    string
	unfinished bool
}

// WithBackend chooses the engine that runs the graphs; "" is the default.
func WithBackend(name string) Option { return func(o *options) { o.backend = name } }

// AllowUnfinished opens a run whose training has not ended, which Open refuses
// otherwise. Its weights are those of the best epoch so far and its intervals are not
// calibrated.
func AllowUnfinished() Option { return func(o *options) { o.unfinished = true } }

// Open reads the directory that training left. Close the run after use.
func Open(dir string, with ...Option) (*Run, error) {
	var o options
	for _, option := range with {
		option(&o)
	}
	backend, err := engine.Open(o.backend)
	if err != nil {
		return nil, err
	}
	open := infer.Open
	if o.unfinished {
		open = infer.OpenUnfinished
	}
	trained, err := open(dir, backend)
	if err != nil {
		backend.Finalize()
		return nil, err
	}
	return &Run{trained: trained, engine: backend}, nil
}

// Finished reports whether the training of the run has ended.
func (r *Run) Finished() bool { return r.trained.Finished }

// Close frees what the run holds, its engine's threads among it. Calls that are under
// way end with an error before Close returns, so a call's Progress must not call it;
// later calls are refused. Close may be called more than once.
func (r *Run) Close() {
	r.trained.Close()
	r.engine.Finalize()
}

// Trained returns the run as package train knows it: config, metadata, masks.
func (r *Run) Trained() *infer.Trained { return r.trained }

// Classes returns the names of the classes that the run predicts, by number, as the data of
// its training named them. Without names in the data, classes are called by their numbers.
// It is empty for a run that predicts scores.
func (r *Run) Classes() []string { return r.trained.ClassNames() }

// Fields says which arrays of a file the run reads its features from. Labels and
// splits are not read: predicting needs none.
func (r *Run) Fields() dataset.Fields {
	f := r.trained.Config.Data.Unfolded()
	f.Label, f.Class, f.Split, f.Task = "", "", "", erc.NoLabels.String()
	return f
}

// ReadLabelled is Read with the labels that the run predicts and the splits, if the file has
// them. A file without them is read as Read does.
func (r *Run) ReadLabelled(path string) (*erc.Corpus, error) {
	fields := r.trained.Config.Data.Unfolded()
	fields.Task = r.trained.Setup.Task.String()
	if corpus, err := dataset.Open(path, fields); err == nil {
		return corpus, nil
	}
	return r.Read(path)
}

// Read opens a corpus of any known format to predict from.
func (r *Run) Read(path string) (*erc.Corpus, error) { return dataset.Open(path, r.Fields()) }
