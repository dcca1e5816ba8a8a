package experiment

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"gsdnet/engine"
	"gsdnet/internal/count"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
)

// Sweep is a grid with its data, ready to run into a folder.
type Sweep struct {
	Cells   []Cell
	Out     string
	Workers int            // cells at a time; 0: 1
	Backend engine.Backend // shared by all
	// Watch hears of every cell that ends, one at a time; may be nil.
	Watch func(Ended)
	// Progress is called with parts of CellParts, from any goroutine; may be nil.
	Progress func(parts int)

	grid *Grid
}

// CellParts is what the progress of a whole cell adds up to.
const CellParts = 1000

// Ended is a cell that was run, found finished, or failed.
type Ended struct {
	Cell        Cell
	Done, Total int // cells, this one included
	Skipped     bool
	Record      *Record // nil when it failed
	Err         error
	Elapsed     time.Duration
}

// Run trains and evaluates every cell that is not finished. A cell that fails
// does not stop the others; when ctx ends, all stop with what they need to go on.
func (s *Sweep) Run(ctx context.Context) error {
	lock, err := dirlock.Acquire(s.Out)
	if err != nil {
		return err
	}
	defer lock.Release()
	work := make(chan *Cell)
	ends := make(chan Ended)
	var workers sync.WaitGroup
	for range max(1, s.Workers) {
		workers.Go(func() {
			for c := range work {
				ends <- s.end(ctx, c)
			}
		})
	}
	go func() {
		for i := range s.Cells {
			if ctx.Err() == nil {
				work <- &s.Cells[i]
			}
		}
		close(work)
		workers.Wait()
		close(ends)
	}()
	return s.collect(ctx, ends)
}

// collect hears the cells out and says how the sweep went.
func (s *Sweep) collect(ctx context.Context, ends <-chan Ended) error {
	done, failed := 0, 0
	var first error
	for e := range ends {
		if e.Err != nil && ctx.Err() != nil {
			continue // stopped, not failed
		}
		done++
		e.Done, e.Total = done, len(s.Cells)
		if e.Err != nil {
			if failed++; first == nil {
				first = fmt.Errorf("%s: %w", e.Cell, e.Err)
			}
		}
		if s.Watch != nil {
			s.Watch(e)
		}
	}
	switch {
	case ctx.Err() != nil:
		return fault.Failure("give the same command again to go on", "stopped with %d of %s finished", done-failed, count.Of(len(s.Cells), "cell"))
	case failed > 0:
		return fault.Failure("mend the cause and give the same command again: finished cells are skipped", "%d of %s failed; %w", failed, count.Of(len(s.Cells), "cell"), first)
	}
	return nil
}

// end runs a cell to its end.
func (s *Sweep) end(ctx context.Context, c *Cell) Ended {
	started := time.Now()
	e := Ended{Cell: *c}
	meter := &meter{tell: s.Progress}
	defer meter.finish()
	if e.Record = s.finished(c); e.Record != nil {
		e.Skipped = true
		return e
	}
	e.Record, e.Err = s.run(ctx, c, meter)
	e.Elapsed = time.Since(started)
	return e
}

// dir is the run directory of a cell.
func (s *Sweep) dir(c *Cell) string { return filepath.Join(s.Out, c.String()) }

// meter turns what is known of a cell's progress into parts of it.
type meter struct {
	told int
	tell func(parts int)
}

// reach says that a share of the cell is done.
func (m *meter) reach(share float64) {
	if at := int(share * CellParts); m.tell != nil && at > m.told {
		m.tell(at - m.told)
		m.told = at
	}
}

func (m *meter) finish() { m.reach(1) }
