package simd

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A pool has the helpers of a backend: threads that run tasks of waves beside
// the callers of executions. Executions that run at the same time share them:
// each has a team, of as many helpers as are its part.
type pool struct {
	workers int
	memory  *memory      // that helpers work in
	active  atomic.Int64 // executions with a team, also without helpers
	mu      sync.Mutex
	free    []*helper // of no team
	helpers int       // all of them
	closed  atomic.Bool
	done    sync.WaitGroup
}

// A team is the helpers that one execution has at present.
type team struct {
	pool    *pool
	run     func(w *worker, task int)
	wave    uint64
	helpers atomic.Pointer[[]*helper] // a new slice for every change

	_ [cacheLine]byte
	// state packs the wave's number, its tasks and how many are taken from
	// either end into one word, so that a helper that comes late cannot take a
	// task of the next wave for one of its own. The caller and every other
	// helper take from the front, the rest from the back: thus a thread mostly
	// works on the same rows in one wave and the next, which its cache holds.
	state atomic.Uint64
	_     [cacheLine]byte
	// pending is the tasks that are not done.
	pending atomic.Int64
	_       [cacheLine]byte
}

// A helper is a thread of the pool.
type helper struct {
	team   atomic.Pointer[team]
	place  atomic.Int64 // among the helpers of the team
	asleep atomic.Bool
	inside atomic.Bool // takes tasks of its team
	wake   chan struct{}
	worker worker
	_      [cacheLine]byte // helpers do not write to the lines of others
}

const (
	cacheLine = 128 // two lines of 64 bytes, which processors fetch together
	countBits = 16
	countMask = 1<<countBits - 1
	// How often a waiting thread looks before it yields, and yields before it
	// sleeps.
	looks  = 64
	yields = 10000
)

func newPool(workers int, m *memory) *pool { return &pool{workers: workers, memory: m} }

// join makes a team for an execution, without helpers as yet; nil if there is
// only one worker.
func (p *pool) join() *team {
	if p.workers < 2 {
		return nil
	}
	p.active.Add(1)
	t := &team{pool: p}
	t.helpers.Store(new([]*helper))
	return t
}

// leave gives the helpers back at the end of an execution, and their memory.
func (t *team) leave() {
	t.pool.active.Add(-1)
	t.resize(0)
}

// share is how many helpers a team may have: an equal part of the workers, one
// of which is the thread that called.
func (p *pool) share() int {
	n := max(1, int(p.active.Load()))
	return (p.workers+n-1)/n - 1
}

// resize takes free helpers or gives some back, so that the team has at most
// want. The team has no tasks at the time.
func (t *team) resize(want int) {
	have := *t.helpers.Load()
	if len(have) == want {
		return
	}
	p := t.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(have) > want {
		for _, h := range have[want:] {
			h.dismiss()
		}
		p.free = append(p.free, have[want:]...)
		have = have[:want:want]
		t.helpers.Store(&have)
		return
	}
	next := append([]*helper(nil), have...)
	for len(next) < want {
		h := p.hire()
		if h == nil {
			break
		}
		h.place.Store(int64(len(next)))
		h.team.Store(t)
		next = append(next, h)
	}
	t.helpers.Store(&next)
}

// hire returns a free helper, or a new one; nil if all are in teams.
func (p *pool) hire() *helper {
	if last := len(p.free) - 1; last >= 0 {
		h := p.free[last]
		p.free = p.free[:last]
		return h
	}
	if p.helpers >= p.workers-1 {
		return nil
	}
	p.helpers++
	h := &helper{wake: make(chan struct{}, 1), worker: worker{source: p.memory}}
	p.done.Add(1)
	go p.help(h)
	return h
}

// dismiss takes the helper out of its team, whose tasks are done, and gives
// its memory back.
func (h *helper) dismiss() {
	h.team.Store(nil)
	for i := 0; h.inside.Load(); i++ {
		if i%looks == looks-1 {
			runtime.Gosched()
		}
	}
	h.worker.release()
}

// each runs n ≤ countMask tasks and returns when all are done.
func (t *team) each(w *worker, n int, run func(w *worker, task int)) {
	t.resize(t.pool.share())
	t.wave++
	t.run = run
	t.pending.Store(int64(n))
	t.state.Store(t.wave<<(3*countBits) | uint64(n)<<(2*countBits))
	t.rouse(-1, n)
	t.take(w, false)
	for i := 0; t.pending.Load() > 0; i++ {
		if i%looks == looks-1 {
			runtime.Gosched()
		}
	}
}

// rouse wakes the two helpers below a place if they sleep, so that waking many
// takes a time that grows with the logarithm of their number. The caller has
// the place -1 and wakes the first two; n is the tasks of the wave.
func (t *team) rouse(place, n int) {
	helpers := *t.helpers.Load()
	first := 2 * (place + 1)
	for i := first; i < min(first+2, len(helpers), n-1); i++ {
		if h := helpers[i]; h.asleep.Load() {
			h.rouse()
		}
	}
}

func (h *helper) rouse() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// available reports whether the present wave has tasks left.
func (t *team) available() bool { n, front, end := split(t.state.Load()); return front+end < n }

// split returns a state's tasks and how many are taken from either end.
func split(s uint64) (n, front, end int) {
	return int(s >> (2 * countBits) & countMask), int(s >> countBits & countMask), int(s & countMask)
}

// take runs tasks of the present wave until none is left.
func (t *team) take(w *worker, back bool) {
	for {
		s := t.state.Load()
		n, front, end := split(s)
		if front+end >= n {
			return
		}
		task, next := front, s+1<<countBits
		if back {
			task, next = n-1-end, s+1
		}
		if !t.state.CompareAndSwap(s, next) {
			continue
		}
		t.run(w, task)
		t.pending.Add(-1)
	}
}

// assist runs tasks of the helper's team, if there are any.
func (h *helper) assist() (worked bool) {
	t := h.team.Load()
	if t == nil || !t.available() {
		return false
	}
	h.inside.Store(true)
	defer h.inside.Store(false)
	if h.team.Load() != t {
		return false // dismissed before it was inside
	}
	n, _, _ := split(t.state.Load())
	place := int(h.place.Load())
	t.rouse(place, n)
	t.take(&h.worker, place%2 == 0)
	return true
}

// help is the life of a helper: it waits for the next wave awake for a moment,
// then asleep.
func (p *pool) help(h *helper) {
	defer p.done.Done()
	for idle := 0; !p.closed.Load(); {
		if h.assist() {
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
		if !h.assist() && !p.closed.Load() {
			<-h.wake
		}
		h.asleep.Store(false)
		idle = 0
	}
}

// close ends the helpers. No execution is under way.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed.Store(true)
	for _, h := range p.free {
		h.rouse()
	}
	p.done.Wait()
	p.free = nil
}
