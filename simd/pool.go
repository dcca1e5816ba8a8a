package simd

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// A worker is what one thread computes with: scratch memory that it keeps.
type worker struct {
	pointers  []unsafe.Pointer
	scratch   *block
	workspace kernel.Workspace
	indices   []int
}

// table returns n pointers of a tile.
func (w *worker) table(n int) []unsafe.Pointer {
	if len(w.pointers) < n {
		w.pointers = make([]unsafe.Pointer, n)
	}
	return w.pointers[:n]
}

// memory returns size bytes of scratch.
func (w *worker) memory(size int) unsafe.Pointer {
	if w.scratch == nil || w.scratch.cap < size {
		w.scratch = newBlock(size)
	}
	return w.scratch.ptr
}

// A pool runs the tasks of a wave on several threads: the caller and helpers,
// which wait for the next wave awake for a moment, then asleep. One execution
// uses the helpers at a time; others compute on their own thread.
type pool struct {
	workers int
	busy    sync.Mutex // held by the execution that uses the helpers

	// state packs the wave's number, its tasks and how many are taken into one
	// word, so that a helper that comes late cannot take a task of the next
	// wave for one of its own.
	state   atomic.Uint64
	run     func(w *worker, task int)
	pending atomic.Int64
	wave    uint64

	helpers []*helper
	closed  atomic.Bool
	done    sync.WaitGroup
}

type helper struct {
	asleep atomic.Bool
	wake   chan struct{}
	worker worker
}

const (
	countBits = 20
	countMask = 1<<countBits - 1
	// How often a waiting thread looks before it yields, and yields before it
	// sleeps.
	looks  = 64
	yields = 2000
)

func newPool(workers int) *pool { return &pool{workers: workers} }

// acquire reserves the helpers; false if another execution has them.
func (p *pool) acquire() bool {
	if p.workers < 2 || !p.busy.TryLock() {
		return false
	}
	if p.closed.Load() {
		p.busy.Unlock()
		return false
	}
	for len(p.helpers) < p.workers-1 {
		h := &helper{wake: make(chan struct{}, 1)}
		p.helpers = append(p.helpers, h)
		p.done.Add(1)
		go p.help(h)
	}
	return true
}

func (p *pool) release() {
	p.run = nil
	p.busy.Unlock()
}

// each runs n ≤ countMask tasks and returns when all are done. The caller holds
// the helpers.
func (p *pool) each(w *worker, n int, run func(w *worker, task int)) {
	p.wave++
	p.run = run
	p.pending.Store(int64(n))
	p.state.Store(p.wave<<(2*countBits) | uint64(n)<<countBits)
	for i, h := range p.helpers {
		if i+1 < n && h.asleep.Load() {
			select {
			case h.wake <- struct{}{}:
			default:
			}
		}
	}
	p.take(w)
	for i := 0; p.pending.Load() > 0; i++ {
		if i%looks == looks-1 {
			runtime.Gosched()
		}
	}
}

// take runs tasks of the present wave until none is left.
func (p *pool) take(w *worker) bool {
	worked := false
	for {
		s := p.state.Load()
		task := s & countMask
		if task >= s>>countBits&countMask {
			return worked
		}
		if !p.state.CompareAndSwap(s, s+1) {
			continue
		}
		p.run(w, int(task))
		p.pending.Add(-1)
		worked = true
	}
}

// help is the life of a helper.
func (p *pool) help(h *helper) {
	defer p.done.Done()
	for idle := 0; !p.closed.Load(); {
		if p.take(&h.worker) {
			idle = 0
			continue
		}
		if idle++; idle < yields {
			if idle%looks == 0 {
				runtime.Gosched()
			}
			continue
		}
		h.asleep.Store(true)
		if !p.take(&h.worker) && !p.closed.Load() {
			<-h.wake
		}
		h.asleep.Store(false)
		idle = 0
	}
}

// close ends the helpers, after the execution that uses them.
func (p *pool) close() {
	p.busy.Lock()
	defer p.busy.Unlock()
	p.closed.Store(true)
	for _, h := range p.helpers {
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
	p.done.Wait()
	p.helpers = nil
}
