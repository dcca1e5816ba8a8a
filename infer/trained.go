package infer

import (
	"context"
	"path/filepath"
	"sync"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Trained is a trained run with its weights loaded.
type Trained struct {
	rundir.Meta
	Config *rundir.Config // the settings that it was trained with
	Scaler *model.Scaler  // the standardisation of its training split
	dir    string
	engine engine.Backend
	store  *mlx.Store
	*Predictor

	spaces  sync.Mutex // held while the space is looked up or fitted
	space   *Space     // of spaceOf
	spaceOf *erc.Corpus
}

// Open reads the directory of a finished run. Close it after use. Its errors are those of
// rundir.Read.
func Open(dir string, backend engine.Backend) (*Trained, error) { return open(dir, backend, false) }

// OpenUnfinished reads the directory of a run whose training may not have ended. The
// weights of an unfinished run are those of the best epoch so far, and its intervals are
// not calibrated. Its other errors are those of Open.
func OpenUnfinished(dir string, backend engine.Backend) (*Trained, error) {
	return open(dir, backend, true)
}

// open reads a run directory; unfinished allows a run whose training has not ended.
func open(dir string, backend engine.Backend, unfinished bool) (*Trained, error) {
	c, config, err := rundir.Read(dir, unfinished)
	if err != nil {
		return nil, err
	}
	t := &Trained{Meta: c.Meta, Config: config, Scaler: c.Scaler, dir: dir, engine: backend}
	kind, err := model.Lookup(t.Config.Model)
	if err != nil {
		return nil, err
	}
	m, err := kind.New(t.Config.Settings[t.Config.Model], c.Setup.Inhabited())
	if err != nil {
		return nil, err
	}
	if t.store, err = c.Store(); err != nil {
		return nil, err
	}
	if loader, ok := m.(model.Loader); ok {
		if err := loader.Load(model.TrainedParams(t.store)); err != nil {
			return nil, err
		}
	}
	t.Predictor = NewPredictor(backend, t.store, m, c.Setup)
	t.Predictor.Name, t.Predictor.ScaleFactor, t.Predictor.Residual = dir, c.ScaleFactor, c.Residual
	return t, nil
}

// Samples standardises conversations of a corpus for the run. It refuses a corpus
// that does not pass its Check, and one whose features have other widths; a modality
// that the corpus does not have, of width 0, is missing throughout.
func (t *Trained) Samples(c *erc.Corpus, convs []erc.Conversation) ([]Sample, error) {
	if err := CheckCorpus(c); err != nil {
		return nil, err
	}
	if err := t.Scaler.Check(t.Predictor.Name); err != nil {
		return nil, err
	}
	for _, m := range erc.Modalities {
		switch {
		case c.Dims[m] == 0, c.Dims[m] == t.Setup.Dims[m]:
		case t.Setup.Dims[m] == 0:
			return nil, fault.Input("leave "+m.String()+" out of the data: the run cannot use it", "%s: %s is %d wide, but %s was trained without %s",
				c.Name, m, c.Dims[m], t.dir, m)
		default:
			return nil, fault.Input("use data made like those it was trained on, or choose the arrays with --set data."+m.String()+"=NAME",
				"%s: %s is %d wide, but %s was trained on %d", c.Name, m, c.Dims[m], t.dir, t.Setup.Dims[m])
		}
	}
	return Samples(convs, t.Scaler), nil
}

// AllSamples returns the samples of all conversations of a corpus. Its errors are those of
// Samples. A nil corpus is an error.
func (t *Trained) AllSamples(c *erc.Corpus) ([]Sample, error) {
	if c == nil {
		return nil, CheckCorpus(c)
	}
	return t.Samples(c, c.Conversations)
}

// Predict predicts from samples with all the modalities that the corpus has of them. If
// the seed of the request is 0, the run's own seed is used. Its errors are those of the
// function Predict.
func (t *Trained) Predict(ctx context.Context, samples []Sample, r Request) ([]Prediction, error) {
	return Predict(ctx, t.Predictor, observeAll(samples), t.withSeed(r))
}

// Stream is Predict, but hands results over as the function Stream does.
func (t *Trained) Stream(ctx context.Context, samples []Sample, r Request, v Visit) error {
	return Stream(ctx, t.Predictor, observeAll(samples), t.withSeed(r), v)
}

// observeAll returns the samples with all the modalities that the corpus has of them.
func observeAll(samples []Sample) []Observed {
	convs := make([]Observed, len(samples))
	for i := range samples {
		convs[i] = samples[i].Observe(samples[i].Present())
	}
	return convs
}

// withSeed returns the request, with the run's own seed if its seed is 0.
func (t *Trained) withSeed(r Request) Request {
	if r.Seed == 0 {
		r.Seed = t.Config.Train.Seed
	}
	return r
}

// Evaluate evaluates the run on a split under each mask. If the seed of the request
// is 0, the run's own seed is used. Completions are scored if recovered features are asked
// for and the corpus has a training split, to which their Space is fitted. Its errors are
// those of Samples, a corpus with another task, and one whose classes have other names.
func (t *Trained) Evaluate(ctx context.Context, c *erc.Corpus, split erc.Split, masks []missing.Mask, r Request) ([]MaskResult, error) {
	samples, err := t.Samples(c, c.In(split))
	if err != nil {
		return nil, err
	}
	if c.Task != t.Setup.Task || c.NumClasses > t.Setup.NumClasses {
		return nil, fault.Input("choose the labels with --set data.label=NAME or data.task", "%s: labelled with %s, but %s predicts %s",
			c.Name, c.Task, t.dir, t.Setup.Task)
	}
	names, err := t.classNames(c)
	if err != nil {
		return nil, err
	}
	e := NewEvaluation(samples, masks, t.Setup)
	e.classes = names
	if r.Recovered {
		space, err := t.scoreSpace(ctx, c)
		if err != nil {
			return nil, err
		}
		e = e.In(space)
	}
	return e.Run(ctx, t.Predictor, t.withSeed(r))
}

// Masks returns frozen masks of a split, one for each rule. Masks that the run has for this
// corpus are read from its directory; others are drawn with its mask seed.
func (t *Trained) Masks(c *erc.Corpus, split erc.Split, rules []missing.Rule) ([]missing.Mask, error) {
	if len(c.In(split)) == 0 {
		return nil, fault.Input("evaluation needs conversations of that split (0 train, 1 valid, 2 test)", "%s: no conversations of the %s split", c.Name, split)
	}
	drawn, err := missing.FreezeAll(c, split, rules, t.Config.Missing.Seed)
	if err != nil || c.Hash != t.DataHash {
		return drawn, err
	}
	own, err := missing.Read(filepath.Join(t.dir, rundir.MaskDir), c)
	if err != nil {
		return nil, err
	}
	if missing.Hash(own) != t.MaskHash {
		return nil, fault.Input("restore the folder, or train the run again", "%s: the masks are not those that the run was trained with", filepath.Join(t.dir, rundir.MaskDir))
	}
	for i := range drawn {
		for _, mask := range own {
			if mask.Name() == drawn[i].Name() {
				drawn[i] = mask
			}
		}
	}
	return drawn, nil
}

// Path returns the path of a file in the run directory.
func (t *Trained) Path(name string) string { return filepath.Join(t.dir, name) }

// DataDifference describes in words how a corpus differs from the one that the run was
// trained on. It returns "" if they are the same, read from the same arrays.
func (t *Trained) DataDifference(c *erc.Corpus) string {
	same := c.Hash == t.DataHash
	if t.Fingerprint == nil { // an older checkpoint, which has no fingerprint
		if same {
			return ""
		}
		return "another file"
	}
	difference := t.Fingerprint.Difference(c)
	switch {
	case difference == "" && !same:
		return "another file, although with the same conversations, splits and labels"
	case difference != "" && same:
		return "the same file, but other arrays of it: " + difference
	}
	return difference
}
