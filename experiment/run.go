package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/rundir"
	"gsdnet/train"
)

// job is a cell that a worker runs.
type job struct {
	spec    *Spec
	dir     string // run directory
	backend engine.Backend
	meter   *meter

	config *rundir.Config
	corpus *erc.Corpus
	split  erc.Split
	masks  []missing.Mask // one for each rule of the Spec
}

// trainShare is how much of a cell's time its training takes, for progress.
const trainShare = 0.8

// freeze draws the masks that the cell is evaluated under. They must be those of the
// sweep.
func (j *job) freeze() (err error) {
	s := j.spec
	var known bool
	if j.split, known = erc.HeldOut(s.Split); !known {
		return fmt.Errorf("experiment: a cell of the split %q", s.Split)
	}
	if j.masks, err = missing.FreezeAll(j.corpus, j.split, s.Rules, s.MaskSeed); err != nil {
		return err
	}
	if got := missing.Hash(j.masks); got != s.MaskHash {
		return fault.Failure("use the same version of the program for the whole sweep", "the SHA-256 of the masks is %s, and the sweep has %s", got, s.MaskHash)
	}
	return nil
}

// run trains the cell, or goes on with it, and evaluates it.
func (j *job) run(ctx context.Context) (r *Record, err error) {
	defer func() {
		if panicked := recover(); panicked != nil { // of one model; the others go on
			r, err = nil, fault.Failure("train it alone with gsdnet train to see where", "panic: %v", panicked)
		}
	}()
	_, err = train.Fit(ctx, train.Options{
		Config: j.config, Corpus: j.corpus, Out: j.dir, Backend: j.backend, Resume: true,
		Watch: func(e train.Event) {
			j.meter.reach(trainShare * (float64(e.Epoch) + float64(e.Step)/float64(e.Steps)) / float64(e.Epochs))
		},
	})
	if err != nil {
		return nil, err
	}
	return j.evaluate(ctx)
}

// evaluate completes the split under the frozen masks and keeps what it finds.
func (j *job) evaluate(ctx context.Context) (*Record, error) {
	trained, err := infer.Open(j.dir, j.backend)
	if err != nil {
		return nil, err
	}
	defer trained.Close()
	record, watch := j.spec.record(), j.countdown()
	results := map[int]Result{}
	for _, k := range j.spec.numbersOfSamples() {
		if _, known := results[k]; known {
			continue
		}
		cells, err := trained.Evaluate(ctx, j.corpus, j.split, j.masks, infer.Request{Samples: k, Recovered: j.spec.Recovery, Watch: watch})
		if err != nil {
			return nil, err
		}
		results[k] = NewResult(cells, trained.Fingerprint, j.corpus, j.split)
	}
	record.Result = results[record.Samples]
	for i := range record.Compare {
		record.Compare[i].Result = results[record.Compare[i].Samples]
	}
	if i := j.shown(); i >= 0 {
		if err := j.keepFeatures(ctx, trained, j.masks[i]); err != nil {
			return nil, err
		}
	}
	return &record, RunDir(j.dir).Keep(&record, j.corpus)
}

// shown returns the index of the mask whose recovered features are kept, or -1.
func (j *job) shown() int {
	return slices.IndexFunc(j.masks, func(m missing.Mask) bool { return j.spec.Shown != nil && m.Rule == *j.spec.Shown })
}

// countdown turns conversations that were completed into progress.
func (j *job) countdown() func(int) {
	total := 0
	for _, k := range j.spec.numbersOfSamples() {
		total += k * len(j.corpus.In(j.split)) * len(j.masks)
	}
	done := 0
	return func(n int) {
		done += n
		j.meter.reach(trainShare + (1-trainShare)*min(1, float64(done)/float64(total)))
	}
}

// Finished returns the record of a cell whose run directory has its results, otherwise nil.
func (w *Worker) Finished(s Spec) *Record {
	j := &job{spec: &s, dir: filepath.Join(w.Out, s.String())}
	var err error
	if j.config, err = s.Settings(); err != nil {
		return nil
	}
	return j.finished()
}

// finished returns the record of a cell that has been evaluated as its Spec asks for,
// nil otherwise.
func (j *job) finished() *Record {
	files := []string{rundir.CheckpointFile, PredictionsFile}
	if j.spec.Recovery {
		files = append(files, CompletionFile)
	}
	if j.spec.Shown != nil {
		files = append(files, FeaturesFile, SpectraFile)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(j.dir, name)); err != nil {
			return nil
		}
	}
	if kept, err := rundir.ReadCheckpoint(filepath.Join(j.dir, rundir.CheckpointFile)); err != nil || !kept.Finished {
		return nil // someone goes on with the run by hand
	}
	r, err := RunDir(j.dir).Record()
	if err != nil || r.Cell == nil {
		return nil
	}
	want := j.spec.record()
	same := func(a, b Compared) bool { return a.Samples == b.Samples }
	if header(r) != header(&want) || !slices.EqualFunc(r.Compare, want.Compare, same) {
		return nil
	}
	return r
}

// header is what a record was asked for, as one string to compare.
func header(r *Record) string {
	return fmt.Sprint(*r.Cell, r.DataHash, r.MaskHash, r.Split, r.Samples, r.Recovery)
}
