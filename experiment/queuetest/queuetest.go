// Package queuetest tests implementations of experiment.Queue. A test of an
// implementation calls Run with a function that opens a queue:
//
//	func TestLocal(t *testing.T) {
//		queuetest.Run(t, func(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended)) experiment.Queue {
//			return experiment.NewLocal(cells, ended)
//		})
//	}
//
// No test needs data or trains a model, and no test depends on the order in which the
// queue hands the cells out.
package queuetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gsdnet/experiment"
	"gsdnet/missing"
)

// Open returns a new queue of the cells. The queue calls ended for every cell that
// ends, one at a time.
type Open func(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended)) experiment.Queue

// Patience is how long a test waits for a queue before it fails. It is long enough for
// a server on a loaded machine.
const Patience = 30 * time.Second

// Run runs every test on queues that open returns.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"an empty queue ends at once", emptyEnds},
		{"each cell is handed out once", handedOutOnce},
		{"equal cells are queued once", equalCells},
		{"results and failures arrive", resultsArrive},
		{"a second result is ignored", secondResult},
		{"a cell put back is handed out again", putBack},
		{"Claim waits for cells of others", claimWaits},
		{"Claim ends with its context", claimEndsWithContext},
		{"a cell of another queue is refused", foreignCell},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// Cells returns n different cells, which cannot be trained.
func Cells(n int) []experiment.Spec {
	out := make([]experiment.Spec, n)
	for i := range out {
		out[i].Identity = experiment.Identity{
			Dataset: "none", Protocol: missing.Default, Variant: "zero", Model: "zero", Training: "mixed", Seed: uint64(i + 1),
		}
	}
	return out
}

// claim claims a cell that must be there.
func claim(t *testing.T, q experiment.Queue) experiment.Spec {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	s, found, err := q.Claim(ctx)
	if err != nil || !found {
		t.Fatalf("got found %v and error %v, want a cell", found, err)
	}
	return s
}

// end reports a cell as done.
func end(t *testing.T, q experiment.Queue, e experiment.Ended) {
	t.Helper()
	if err := q.End(e); err != nil {
		t.Fatalf("End: got %v", err)
	}
}

// isOver fails unless every cell of the queue has ended.
func isOver(t *testing.T, q experiment.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	if s, found, err := q.Claim(ctx); found || err != nil {
		t.Errorf("got %s, found %v and error %v, want that every cell has ended", s, found, err)
	}
}

// ids returns the sorted IDs of cells.
func ids(cells []experiment.Spec) []string {
	var out []string
	for i := range cells {
		out = append(out, cells[i].ID())
	}
	slices.Sort(out)
	return out
}

func emptyEnds(t *testing.T, open Open) {
	isOver(t, open(t, nil, func(experiment.Ended) {}))
}

func handedOutOnce(t *testing.T, open Open) {
	cells := Cells(20)
	q := open(t, cells, func(experiment.Ended) {})
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	var mu sync.Mutex
	var got []experiment.Spec
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for {
				s, found, err := q.Claim(ctx)
				if err != nil {
					t.Error(err)
				}
				if !found {
					return
				}
				mu.Lock()
				got = append(got, s)
				mu.Unlock()
				if err := q.End(experiment.Ended{Cell: s, Record: &experiment.Record{}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	if got, want := ids(got), ids(cells); !slices.Equal(got, want) {
		t.Errorf("got %d cells, want each of %d once", len(got), len(want))
	}
}

func equalCells(t *testing.T, open Open) {
	cells := Cells(2)
	q := open(t, slices.Concat(cells, cells), func(experiment.Ended) {})
	for range cells {
		end(t, q, experiment.Ended{Cell: claim(t, q), Record: &experiment.Record{}})
	}
	isOver(t, q)
}

func resultsArrive(t *testing.T, open Open) {
	heard := make(chan experiment.Ended, 10)
	q := open(t, Cells(2), func(e experiment.Ended) { heard <- e })
	good, bad := claim(t, q), claim(t, q)
	end(t, q, experiment.Ended{Cell: bad, Err: errors.New("the loss is not finite")})
	end(t, q, experiment.Ended{Cell: good, Record: &experiment.Record{Run: good.String()}})
	isOver(t, q)
	for range 2 {
		select {
		case e := <-heard:
			switch e.Cell.ID() {
			case good.ID():
				if e.Err != nil || e.Record == nil || e.Record.Run != good.String() {
					t.Errorf("got record %v and error %v of the cell that was done", e.Record, e.Err)
				}
			case bad.ID():
				if e.Err == nil || e.Err.Error() != "the loss is not finite" || e.Record != nil {
					t.Errorf("got record %v and error %v of the cell that failed", e.Record, e.Err)
				}
			default:
				t.Errorf("got the end of %s, which is no cell of the queue", e.Cell)
			}
		case <-time.After(Patience):
			t.Fatal("not every end was reported")
		}
	}
}

func secondResult(t *testing.T, open Open) {
	heard := make(chan experiment.Ended, 10)
	q := open(t, Cells(1), func(e experiment.Ended) { heard <- e })
	s := claim(t, q)
	end(t, q, experiment.Ended{Cell: s, Record: &experiment.Record{}})
	end(t, q, experiment.Ended{Cell: s, Err: errors.New("late")})
	isOver(t, q)
	if e := <-heard; e.Err != nil || len(heard) != 0 {
		t.Errorf("got %v first and %d more results, want the first result alone", e.Err, len(heard))
	}
}

func putBack(t *testing.T, open Open) {
	cells := Cells(2)
	q := open(t, cells, func(experiment.Ended) {})
	if err := q.PutBack(claim(t, q)); err != nil {
		t.Fatal(err)
	}
	got := []experiment.Spec{claim(t, q), claim(t, q)}
	if got, want := ids(got), ids(cells); !slices.Equal(got, want) {
		t.Errorf("got the cells %v, want %v", got, want)
	}
}

func claimWaits(t *testing.T, open Open) {
	q := open(t, Cells(1), func(experiment.Ended) {})
	first := claim(t, q)
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	second := make(chan experiment.Spec, 1)
	go func() {
		s, found, err := q.Claim(ctx)
		if !found || err != nil {
			t.Errorf("got found %v and error %v, want the cell that was put back", found, err)
		}
		second <- s
	}()
	select {
	case <-second:
		t.Fatal("Claim returned while another worker had the only cell")
	case <-time.After(50 * time.Millisecond):
	}
	if err := q.PutBack(first); err != nil {
		t.Fatal(err)
	}
	if s := <-second; s.ID() != first.ID() {
		t.Errorf("got %s, want %s", s, first)
	}
}

func claimEndsWithContext(t *testing.T, open Open) {
	q := open(t, Cells(1), func(experiment.Ended) {})
	claim(t, q)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := q.Claim(ctx)
		ended <- err
	}()
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	case <-time.After(Patience):
		t.Fatal("Claim still waits after the end of its context")
	}
	fresh := open(t, Cells(1), func(experiment.Ended) {})
	if _, found, err := fresh.Claim(ctx); found || !errors.Is(err, context.Canceled) {
		t.Errorf("got found %v and error %v of a context that had ended", found, err)
	}
}

func foreignCell(t *testing.T, open Open) {
	cells := Cells(2)
	q := open(t, cells[:1], func(experiment.Ended) {})
	if err := q.End(experiment.Ended{Cell: cells[1], Record: &experiment.Record{}}); err == nil {
		t.Error("End accepted a cell of another queue")
	}
	if err := q.PutBack(cells[1]); err == nil {
		t.Error("PutBack accepted a cell of another queue")
	}
}
