package experiment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gsdnet/dataset"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
)

// Worker runs cells into a folder. Its fields are set before its first use, and its
// methods may be called from several goroutines, which share the data sets that it
// has read.
type Worker struct {
	DataDir string // folder that the paths of data sets are relative to
	Out     string // folder of the run directories
	Backend engine.Backend
	// Progress is called with the parts of cells that were done since the last call, from any goroutine; may be nil.
	Progress func(parts int)

	mu      sync.Mutex
	corpora map[corpusKey]*erc.Corpus
}

// corpusKey is what a corpus is read from. Its fields name no fold: the folds share one
// corpus.
type corpusKey struct {
	path   string
	fields dataset.Fields
}

// Work claims cells from a queue and runs them one after another, until every cell
// has ended or ctx ends. A cell that fails is reported to the queue and does not stop
// the others. A cell that ctx stops is put back.
func (w *Worker) Work(ctx context.Context, q Queue) error {
	for {
		s, found, err := q.Claim(ctx)
		if err != nil || !found {
			return err
		}
		e := w.Run(ctx, s)
		if e.Err != nil && ctx.Err() != nil {
			return errors.Join(ctx.Err(), q.PutBack(s))
		}
		if err := q.End(e); err != nil {
			return err
		}
	}
}

// Run trains and evaluates one cell, unless its run directory has its results. It
// goes on with a cell that was stopped.
func (w *Worker) Run(ctx context.Context, s Spec) Ended {
	started := time.Now()
	e := Ended{Cell: s}
	meter := &meter{tell: w.Progress}
	defer meter.finish()
	j := &job{spec: &s, dir: filepath.Join(w.Out, s.String()), backend: w.Backend, meter: meter}
	if j.config, e.Err = s.Settings(); e.Err != nil {
		return e
	}
	if e.Record = j.finished(); e.Record != nil {
		e.Skipped = true
		return e
	}
	if e.Err = w.open(ctx, j); e.Err == nil {
		e.Record, e.Err = j.run(ctx)
	}
	e.Elapsed = time.Since(started)
	return e
}

// open reads the data of a job and draws its masks. Both must be those of the Spec.
func (w *Worker) open(ctx context.Context, j *job) (err error) {
	s := j.spec
	if j.corpus, err = w.corpus(ctx, s.Data.Path, j.config.Data); err != nil {
		return err
	}
	if j.corpus.Hash != s.Data.Hash {
		return fault.Input("give the worker the data that the sweep was begun with", "%s: the SHA-256 of the data is %s, and the sweep has %s", s.Data.Path, j.corpus.Hash, s.Data.Hash)
	}
	return j.freeze()
}

// corpus returns a data set, which it reads once.
func (w *Worker) corpus(ctx context.Context, path string, fields dataset.Fields) (*erc.Corpus, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := corpusKey{path, fields.Unfolded()}
	c := w.corpora[key]
	if c == nil {
		var err error
		c, err = interrupt.Value(ctx, func() (*erc.Corpus, error) { return openCorpus(w.DataDir, path, key.fields) })
		if err != nil {
			return nil, err
		}
		if w.corpora == nil {
			w.corpora = map[corpusKey]*erc.Corpus{}
		}
		w.corpora[key] = c
	}
	return withSplits(c, path, fields)
}

// openCorpus reads a corpus. It returns an error for one without labels.
func openCorpus(dataDir, path string, fields dataset.Fields) (*erc.Corpus, error) {
	if !dataset.Invented(path) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dataDir, path)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Input("name the folder of the data with --data-dir, or in the variable GSDNET_DATA", "%s: no such file", path)
		}
	}
	corpus, err := dataset.Open(path, fields)
	if err != nil {
		return nil, err
	}
	if corpus.Task == erc.NoLabels {
		return nil, fault.Input("name the labels as data.label or data.class", "%s has no labels", path)
	}
	return corpus, nil
}

// withSplits returns a corpus with the splits of the fold that the fields name, or with its
// own if they name none. It returns an error if a split is empty. The path is for messages.
func withSplits(corpus *erc.Corpus, path string, fields dataset.Fields) (_ *erc.Corpus, err error) {
	if fields.Folds != 0 {
		if corpus, err = dataset.Folded(corpus, fields.Folds, fields.Fold); err != nil {
			return nil, err
		}
	}
	for _, split := range erc.Splits {
		if len(corpus.In(split)) == 0 {
			return nil, fault.Input("an experiment needs conversations of split 0 (train), 1 (valid) and 2 (test)", "%s has no %s split", path, split)
		}
	}
	return corpus, nil
}

// cellParts is what the progress of a whole cell adds up to.
const cellParts = 1000

// meter turns what is known of a cell's progress into parts of it.
type meter struct {
	told int
	tell func(parts int)
}

// reach says that a share of the cell is done.
func (m *meter) reach(share float64) {
	if at := int(share * cellParts); m.tell != nil && at > m.told {
		m.tell(at - m.told)
		m.told = at
	}
}

func (m *meter) finish() { m.reach(1) }
