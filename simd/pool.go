package simd

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A pool runs the tasks of a wave on several threads: the caller and helpers,
// which wait for the next wave awake for a moment, then asleep. One execution
// uses the helpers at a time; others compute on their own thread.
type pool struct {
	workers int
	memory  *memory    // that helpers work in
	busy    sync.Mutex // held by the execution that uses the helpers

	// state packs the wave's number, its tasks and how many are taken from
	// either end into one word, so that a helper that comes late cannot take a
	// task of the next wave for one of its own. The caller and every other
	// helper take from the front, the rest from the back: thus a thread mostly
	// works on the same rows in one wave and the next, which its cache holds.
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
	back   bool // takes tasks from the end
	worker worker
}

const (
	countBits = 16
	countMask = 1<<countBits - 1
	// How often a waiting thread looks before it yields, and yields before it
	// sleeps.
	looks  = 64
	yields = 10000
)

func newPool(workers int, m *memory) *pool { return &pool{workers: workers, memory: m} }

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
		h := &helper{wake: make(chan struct{}, 1), back: len(p.helpers)%2 == 0, worker: worker{source: p.memory}}
		p.helpers = append(p.helpers, h)
		p.done.Add(1)
		go p.help(h)
	}
	return true
}

// release lets other executions have the helpers, whose memory is free.
func (p *pool) release() {
	p.run = nil
	for _, h := range p.helpers {
		h.worker.release()
	}
	p.busy.Unlock()
}

// each runs n ≤ countMask tasks and returns when all are done. The caller holds
// the helpers.
func (p *pool) each(w *worker, n int, run func(w *worker, task int)) {
	p.wave++
	p.run = run
	p.pending.Store(int64(n))
	p.state.Store(p.wave<<(3*countBits) | uint64(n)<<(2*countBits))
	for i, h := range p.helpers {
		if i+1 < n && h.asleep.Load() {
			select {
			case h.wake <- struct{}{}:
			default:
			}
		}
	}
	p.take(w, false)
	for i := 0; p.pending.Load() > 0; i++ {
		if i%looks == looks-1 {
			runtime.Gosched()
		}
	}
}

// take runs tasks of the present wave until none is left.
func (p *pool) take(w *worker, back bool) bool {
	worked := false
	for {
		s := p.state.Load()
		n, front, end := int(s>>(2*countBits)&countMask), int(s>>countBits&countMask), int(s&countMask)
		if front+end >= n {
			return worked
		}
		task, next := front, s+1<<countBits
		if back {
			task, next = n-1-end, s+1
		}
		if !p.state.CompareAndSwap(s, next) {
			continue
		}
		p.run(w, task)
		p.pending.Add(-1)
		worked = true
	}
}

// help is the life of a helper.
func (p *pool) help(h *helper) {
	defer p.done.Done()
	for idle := 0; !p.closed.Load(); {
		if p.take(&h.worker, h.back) {
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
		if !p.take(&h.worker, h.back) && !p.closed.Load() {
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
