package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/count"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
)

// Sweep is a grid with its data, ready to run into a folder.
type Sweep struct {
	Cells   []Spec
	Out     string
	Workers int            // cells at a time; 0: 1
	Backend engine.Backend // shared by all
	// Watch hears of every cell that ends, one at a time; may be nil.
	Watch func(Ended)
	// Progress is called with the parts of cells that were done since the last call, from
	// any goroutine. The parts of a whole sweep add up to Parts. It may be nil.
	Progress func(parts int)
	// Program names the version of the program. Shards of one version alone are merged.
	Program string

	dataDir string
	corpora map[corpusKey]*erc.Corpus // those that Prepare has read
	masks   []*maskSet
	plan    planned
}

// Parts returns the sum of what Progress is called with in a whole sweep.
func (s *Sweep) Parts() int { return len(s.Cells) * cellParts }

// Begin makes the folder of the sweep, takes its lock and writes the masks and the PlanFile
// there. If another sweep has the lock, the error says which process that is, and nothing
// is written. The caller calls end when it has finished with the folder.
func (s *Sweep) Begin() (end func(), err error) {
	if err := os.MkdirAll(s.Out, 0o755); err != nil {
		return nil, fault.Failure("choose a folder you may write to with --out", "%w", err)
	}
	lock, err := dirlock.Acquire(s.Out)
	if err != nil {
		return nil, err
	}
	if s.plan.Part != nil {
		s.plan.Part.Program = s.Program
	}
	err = s.plan.keep(s.Out)
	for _, set := range s.masks {
		if err == nil {
			err = set.keep()
		}
	}
	if err != nil {
		lock.Release()
		return nil, err
	}
	return lock.Release, nil
}

// Run trains and evaluates every cell that is not finished, by workers that claim the
// cells from a Local queue. A cell that fails does not stop the others. When ctx ends,
// all stop, and the next Run goes on from there.
func (s *Sweep) Run(ctx context.Context) error {
	s.Workers = max(1, s.Workers)
	return s.RunThrough(ctx, func(_ *Worker, ended func(Ended)) (Queue, func(context.Context) error, error) {
		return NewLocal(s.Cells, ended), func(context.Context) error { return nil }, nil
	})
}

// RunThrough is Run with a queue that open returns. The queue has the Cells of the sweep, and
// calls ended for every cell that ends, one at a time. The worker is the one of this
// process, which writes into Out. With Workers 0, this process runs no cells. RunThrough
// calls the function that open returns when its own workers have no more to do; that
// function waits for the cells of others and closes the queue.
func (s *Sweep) RunThrough(ctx context.Context, open func(w *Worker, ended func(Ended)) (Queue, func(context.Context) error, error)) error {
	end, err := s.Begin()
	if err != nil {
		return err
	}
	defer end()
	var outcome outcome
	worker := &Worker{DataDir: s.dataDir, Out: s.Out, Backend: s.Backend, Progress: s.Progress, corpora: s.corpora}
	queue, finish, err := open(worker, func(e Ended) {
		outcome.add(e)
		if s.Watch != nil {
			e.Done, e.Total = outcome.done, len(s.Cells)
			s.Watch(e)
		}
	})
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	errs := make([]error, s.Workers+1)
	for i := range s.Workers {
		workers.Go(func() { errs[i] = worker.Work(ctx, queue) })
	}
	workers.Wait()
	errs[s.Workers] = finish(ctx)
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		return err
	}
	return outcome.verdict(ctx, len(s.Cells))
}

// outcome counts the cells of a sweep that have ended.
type outcome struct {
	done, failed int
	first        error // of the cell that failed first
}

// add counts a cell.
func (o *outcome) add(e Ended) {
	o.done++
	if e.Err != nil {
		if o.failed++; o.first == nil {
			o.first = fmt.Errorf("%s: %w", e.Cell, e.Err)
		}
	}
}

// verdict returns an error unless every cell is finished.
func (o *outcome) verdict(ctx context.Context, total int) error {
	switch {
	case ctx.Err() != nil:
		return fault.Failure("give the same command again to go on", "stopped with %d of %s finished", o.done-o.failed, count.Of(total, "cell"))
	case o.failed > 0:
		return fault.Failure("mend the cause and give the same command again: finished cells are skipped", "%d of %s failed; %w", o.failed, count.Of(total, "cell"), o.first)
	}
	return nil
}
