package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/rundir"
	"gsdnet/train"
)

// trainShare is how much of a cell's time its training takes, for progress.
const trainShare = 0.8

// run trains a cell, or goes on with it, and evaluates it.
func (s *Sweep) run(ctx context.Context, c *Cell, m *meter) (r *Record, err error) {
	defer func() {
		if panicked := recover(); panicked != nil { // of one model; the others go on
			r, err = nil, fault.Failure("train it alone with gsdnet train to see where", "panic: %v", panicked)
		}
	}()
	_, err = train.Fit(ctx, train.Options{
		Config: c.Config, Corpus: c.data.corpus, Out: s.dir(c), Backend: s.Backend, Resume: true,
		Watch: func(e train.Event) {
			m.reach(trainShare * (float64(e.Epoch) + float64(e.Step)/float64(e.Steps)) / float64(e.Epochs))
		},
	})
	if err != nil {
		return nil, err
	}
	return s.evaluate(ctx, c, m)
}

// evaluate completes the grid's split under the frozen masks and keeps what it
// finds.
func (s *Sweep) evaluate(ctx context.Context, c *Cell, m *meter) (*Record, error) {
	trained, err := infer.Open(s.dir(c), s.Backend)
	if err != nil {
		return nil, err
	}
	defer trained.Close()
	corpus, masks, record := c.data.corpus, c.masks(), s.plan(c)
	watch := s.countdown(len(corpus.In(s.grid.Split))*len(masks), m)
	results := map[int]Result{}
	for _, k := range append([]int{s.grid.Samples}, s.grid.Compare...) {
		if _, known := results[k]; known {
			continue
		}
		cells, err := trained.Evaluate(ctx, corpus, s.grid.Split, masks, infer.Request{Samples: k, Recovered: s.grid.Recovery, Watch: watch})
		if err != nil {
			return nil, err
		}
		results[k] = NewResult(cells, trained.Seen, corpus, s.grid.Split)
	}
	record.Result = results[record.Samples]
	for i := range record.Compare {
		record.Compare[i].Result = results[record.Compare[i].Samples]
	}
	if mask, wanted := s.shows(c); wanted {
		if err := s.keepFeatures(ctx, trained, c.data.corpus, mask); err != nil {
			return nil, err
		}
	}
	return &record, Keep(s.dir(c), &record, corpus)
}

// countdown turns batches that were completed into progress.
func (s *Sweep) countdown(conversations int, m *meter) func(int) {
	total := 0
	for _, k := range append([]int{s.grid.Samples}, s.grid.Compare...) {
		total += k * conversations
	}
	done := 0
	return func(n int) {
		done += n
		m.reach(trainShare + (1-trainShare)*min(1, float64(done)/float64(total)))
	}
}

// plan is the record of a cell before there are results: what was asked for.
func (s *Sweep) plan(c *Cell) Record {
	id := c.Identity
	r := Record{
		Run: c.String(), Cell: &id, Data: c.data.corpus.Name, DataHash: c.data.corpus.Hash,
		MaskHash: missing.Hash(c.masks()), Split: s.grid.Split.String(),
		Samples: s.grid.Samples, Recovery: s.grid.Recovery,
	}
	for _, k := range s.grid.Compare {
		r.Compare = append(r.Compare, Compared{Samples: k})
	}
	return r
}

// finished returns the record of a cell that has been evaluated as the grid asks
// for, nil otherwise.
func (s *Sweep) finished(c *Cell) *Record {
	files := []string{rundir.CheckpointFile, PredictionsFile}
	if _, wanted := s.shows(c); wanted {
		files = append(files, FeaturesFile, SpectraFile)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(s.dir(c), name)); err != nil {
			return nil
		}
	}
	if kept, err := rundir.ReadCheckpoint(filepath.Join(s.dir(c), rundir.CheckpointFile)); err != nil || !kept.Finished {
		return nil // someone goes on with the run by hand
	}
	r, err := ReadRecord(s.dir(c))
	if err != nil || r.Cell == nil {
		return nil
	}
	want := s.plan(c)
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
