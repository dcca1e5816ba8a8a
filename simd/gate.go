package simd

import (
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"
)

// A gate lets the end of something and its uses meet: what has begun ends,
// what comes later is refused. A goroutine passes a gate once at a time, since
// a gate that is being closed lets nobody in.
type gate struct {
	mu     sync.RWMutex // held for reading by uses
	closed atomic.Bool
}

// enter begins a use of what, which leave ends.
func (g *gate) enter(what string) error {
	g.mu.RLock()
	if g.closed.Load() {
		g.mu.RUnlock()
		return errors.Errorf("simd: the %s is finalized", what)
	}
	return nil
}

func (g *gate) leave() { g.mu.RUnlock() }

// close waits for the uses to end and runs last. It returns false if it came
// second; then last has run already.
func (g *gate) close(last func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed.Load() {
		return false
	}
	g.closed.Store(true)
	last()
	return true
}

// isClosed reports whether nobody may enter any more.
func (g *gate) isClosed() bool { return g.closed.Load() }
