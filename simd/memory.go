package simd

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// memory hands out blocks and keeps those that are given back, so that a
// training loop whose outputs replace donated or finalized inputs allocates
// nothing.
//
// What it keeps is bounded: blocks in use and kept together are at most twice
// what was in use at once since a while ago, at most half of the Go runtime's
// memory limit if there is one (GOMEMLIMIT), and at most the backend's own
// limit. Where there is too much, the size classes that were used least
// recently go first. What nobody has asked for in idleTime goes too.
type memory struct {
	limit int           // bytes in use and kept; 0 for what the machine has
	idle  time.Duration // how long a period is, see idleTime

	mu      sync.Mutex
	classes map[int]*class // by capacity
	kept    int            // bytes in classes
	used    int            // bytes handed out
	peak    int            // the most that was used in this period
	before  int            // and in the period before
	clock   int            // counts requests, to know what was used least recently
	closed  bool
	aging   *time.Timer // nil while nothing is kept
}

// A class holds the kept blocks of one capacity.
type class struct {
	blocks []*block
	last   int  // clock of the last request
	idle   bool // no request in this period
}

const (
	// idleTime is how long blocks are kept that nobody asks for, and how long a
	// peak of use is remembered at least.
	idleTime = 10 * time.Second
	// keptAlways is what may be kept whatever was in use before.
	keptAlways = 8 << 20
	// spare is how much more may be in use and kept than was in use before: blocks
	// of one class cannot take the place of those of another.
	spare = 2
	// stretch is how much larger than asked for a kept block may be.
	stretch = 2
)

// get returns a block of at least size bytes, with arbitrary contents.
func (m *memory) get(size int) (*block, error) {
	size = classOf(size)
	b, err := m.reserve(size)
	if b != nil || err != nil {
		return b, err
	}
	if b, err = allocate(size); err != nil {
		m.forget(size)
		return nil, err
	}
	// A block that its owner forgets is not in use any more either.
	b.cleanup = runtime.AddCleanup(b, m.forget, size)
	return b, nil
}

// reserve counts a block as used. It returns a kept one if there is one that
// fits, or nil if a new one is to be allocated, which takes a while and is done
// when others may use the memory.
func (m *memory) reserve(size int) (*block, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock++
	b := m.reuse(size)
	if b != nil {
		size = b.cap
	} else if err := m.admit(size); err != nil {
		return nil, err
	}
	m.used += size
	m.peak = max(m.peak, m.used)
	return b, nil
}

// reuse takes a kept block: of the class itself, or else of the smallest one
// that is not much larger.
func (m *memory) reuse(size int) *block {
	for capacity := size; capacity <= stretch*size; capacity = classOf(capacity + 1) {
		c := m.classes[capacity]
		if c == nil || len(c.blocks) == 0 {
			continue
		}
		c.last, c.idle = m.clock, false
		n := len(c.blocks) - 1
		b := c.blocks[n]
		c.blocks[n] = nil
		c.blocks = c.blocks[:n]
		m.kept -= b.cap
		return b
	}
	return nil
}

// put takes back a block that nobody refers to any more.
func (m *memory) put(b *block) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= b.cap
	if m.closed {
		b.cleanup.Stop()
		return
	}
	c := m.classes[b.cap]
	if c == nil {
		c = &class{}
		if m.classes == nil {
			m.classes = make(map[int]*class)
		}
		m.classes[b.cap] = c
	}
	m.clock++
	c.last, c.idle = m.clock, false
	c.blocks = append(c.blocks, b)
	m.kept += b.cap
	m.trim(m.bound() - m.used)
	if m.aging == nil && m.kept > 0 {
		m.aging = time.AfterFunc(m.idle, m.age)
	}
}

// bound is how much may be in use and kept together.
func (m *memory) bound() int {
	bound := spare*max(m.peak, m.before) + keptAlways
	if m.limit > 0 {
		bound = min(bound, m.limit)
	}
	if l := debug.SetMemoryLimit(-1); l < maxBytes {
		bound = min(bound, int(l/2))
	}
	return bound
}

// most is how many bytes may be in use.
func (m *memory) most() int {
	if m.limit > 0 {
		return m.limit
	}
	return machineMemory()
}

// check returns an error if an array would not fit although nothing else were
// in use. Sizes of dynamic axes are not known.
func (m *memory) check(s shapes.Shape) error {
	if s.IsDynamic() {
		return nil
	}
	if checkSize(s) != nil || byteSize(s) <= m.most() {
		return nil //nolint:nilerr // sizes that overflow are refused where they are recorded
	}
	return &LimitError{Limit: m.most(), Wanted: byteSize(s), own: m.limit > 0}
}

// admit makes room for a new block, or returns an error if there is none.
func (m *memory) admit(size int) error {
	limit := m.most()
	m.trim(min(limit, max(m.bound(), m.used+size)) - m.used - size)
	if m.used+size > limit {
		m.collect()
	}
	if m.used+size > limit {
		return &LimitError{Limit: limit, Used: m.used, Wanted: size, own: m.limit > 0}
	}
	return nil
}

// collect lets the garbage collector find blocks that were forgotten.
func (m *memory) collect() {
	m.mu.Unlock()
	defer m.mu.Lock()
	runtime.GC()
	time.Sleep(time.Millisecond) // for the cleanups, which run afterwards
}

// forget counts a block as unused that was collected, or not allocated.
func (m *memory) forget(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= n
}

// trim drops kept blocks until at most n bytes are left, those of the least
// recently used class first.
func (m *memory) trim(n int) {
	for m.kept > max(n, 0) {
		var oldest *class
		for _, c := range m.classes {
			if len(c.blocks) > 0 && (oldest == nil || c.last < oldest.last) {
				oldest = c
			}
		}
		m.drop(oldest, 1)
	}
}

// drop leaves the first n blocks of a class to the garbage collector.
func (m *memory) drop(c *class, n int) {
	for _, b := range c.blocks[:n] {
		b.cleanup.Stop()
		m.kept -= b.cap
	}
	c.blocks = slices.Delete(c.blocks, 0, n)
}

// age begins a new period: it drops what nobody asked for in the last one.
func (m *memory) age() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.before, m.peak = m.peak, m.used
	for capacity, c := range m.classes {
		if c.idle {
			m.drop(c, len(c.blocks))
			delete(m.classes, capacity)
			continue
		}
		c.idle = true
	}
	m.trim(m.bound() - m.used)
	m.aging = nil
	if m.kept > 0 || m.before > m.peak {
		m.aging = time.AfterFunc(m.idle, m.age)
	}
}

// close drops everything; what is given back later is dropped too.
func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.trim(0)
	m.classes = nil
	if m.aging != nil {
		m.aging.Stop()
		m.aging = nil
	}
}

// A LimitError says that an array, or an execution's intermediate values, did
// not fit into the memory that the backend may use.
type LimitError struct {
	Limit, Used, Wanted int // bytes
	own                 bool
}

// Error names the limit and how to change it.
func (e *LimitError) Error() string {
	text := fmt.Sprintf("%s are in use and %s more are needed", inMiB(e.Used), inMiB(e.Wanted))
	if e.own {
		return fmt.Sprintf("the memory limit of %s is exceeded: %s; raise the limit or compute less at once", inMiB(e.Limit), text)
	}
	return fmt.Sprintf("the machine's memory of %s is too small: %s; compute less at once", inMiB(e.Limit), text)
}

func inMiB(n int) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// asError returns what a task panicked with.
func asError(r any) error {
	if err, ok := r.(*LimitError); ok {
		return err
	}
	return errors.Errorf("%v", r)
}
