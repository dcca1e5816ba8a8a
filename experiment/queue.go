package experiment

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Queue hands the cells of a sweep to workers and takes what became of them. Its
// methods may be called from any goroutine. Package queuetest has the tests that
// every implementation must pass; Local is the implementation in one process.
type Queue interface {
	// Claim returns a cell that has not ended and that no other worker has. If other
	// workers have all of them, it waits, because a worker may put its cell back. It
	// returns false when every cell has ended, and the context's error when ctx ends.
	Claim(ctx context.Context) (Spec, bool, error)
	// End takes the result of a claimed cell, or the error that it failed with. The
	// cell is not handed out again. A second result of the same cell is ignored.
	End(Ended) error
	// PutBack returns a claimed cell that was stopped before its end. It is handed out
	// again.
	PutBack(Spec) error
}

// Ended is a cell that was run, found finished, or failed.
type Ended struct {
	Cell        Spec
	Done, Total int // number of cells that have ended, this one included, and of all; Sweep fills them in
	Skipped     bool
	Record      *Record // nil if the cell failed
	Err         error
	Elapsed     time.Duration
}

// Local is a Queue in the memory of one process. It hands cells out in their order.
type Local struct {
	ended func(Ended)

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	waiting []Spec
	state   map[string]cellState // by ID
	open    int                  // cells that have not ended
}

// cellState says where a cell of a Local is.
type cellState int

const (
	cellUnknown cellState = iota
	cellWaiting
	cellClaimed
	cellEnded
)

// NewLocal returns a queue of the cells. Equal cells are queued once. The function
// ended is called for every cell that ends, one at a time.
func NewLocal(cells []Spec, ended func(Ended)) *Local {
	q := &Local{ended: ended, changed: make(chan struct{}), state: map[string]cellState{}}
	for _, s := range cells {
		if id := s.ID(); q.state[id] == cellUnknown {
			q.state[id] = cellWaiting
			q.waiting = append(q.waiting, s)
		}
	}
	q.open = len(q.waiting)
	return q
}

// Claim implements Queue.
func (q *Local) Claim(ctx context.Context) (Spec, bool, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Spec{}, false, err
		}
		s, found, changed := q.take()
		if found || changed == nil {
			return s, found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// take returns the next waiting cell. If there is none, it returns a channel that is
// closed at the next change, or nil if every cell has ended.
func (q *Local) take() (s Spec, found bool, changed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == 0 {
		return Spec{}, false, nil
	}
	if len(q.waiting) == 0 {
		return Spec{}, false, q.changed
	}
	s, q.waiting = q.waiting[0], q.waiting[1:]
	q.state[s.ID()] = cellClaimed
	return s, true, nil
}

// End implements Queue.
func (q *Local) End(e Ended) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := e.Cell.ID()
	switch q.state[id] {
	case cellEnded:
		return nil
	case cellClaimed:
	default:
		return fmt.Errorf("experiment: the cell %s was not claimed from this queue", e.Cell)
	}
	q.state[id] = cellEnded
	q.open--
	q.ended(e)
	q.wake()
	return nil
}

// PutBack implements Queue.
func (q *Local) PutBack(s Spec) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := s.ID()
	if q.state[id] != cellClaimed {
		return fmt.Errorf("experiment: the cell %s is not claimed from this queue", s)
	}
	q.state[id] = cellWaiting
	q.waiting = append([]Spec{s}, q.waiting...)
	q.wake()
	return nil
}

// wake lets every Claim that waits look again.
func (q *Local) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}
