package simd

import (
	"slices"
	"sync"
	"unsafe"
)

// alignment of every allocation: a cache line, and the width of a vector.
const alignment = 64

// A block is memory for one array, aligned, at least one cache line.
type block struct {
	raw []byte // keeps the memory alive
	ptr unsafe.Pointer
	cap int
}

func newBlock(size int) *block {
	size = roundUp(max(size, 1))
	raw := make([]byte, size+alignment)
	shift := -uintptr(unsafe.Pointer(&raw[0])) & (alignment - 1)
	return &block{raw: raw, ptr: unsafe.Pointer(&raw[shift]), cap: size}
}

func (b *block) bytes() []byte { return unsafe.Slice((*byte)(b.ptr), b.cap) }

func roundUp(n int) int { return (n + alignment - 1) &^ (alignment - 1) }

// memory keeps freed blocks for reuse, so that a training loop whose outputs
// replace donated or finalized inputs allocates nothing.
type memory struct {
	mu   sync.Mutex
	free map[int][]*block
	held int // bytes in free

	arenas []*block // not in use
}

// heldLimit bounds what is kept for reuse, arenas aside.
const heldLimit = 256 << 20

// arena returns memory for the intermediate values of an execution. Programs
// share arenas: as many are kept as executions ran at once, as large as the
// largest needed.
func (m *memory) arena(size int) *block {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, b := range m.arenas {
		if b.cap >= size {
			m.arenas = slices.Delete(m.arenas, i, i+1)
			return b
		}
	}
	if n := len(m.arenas); n > 0 {
		m.arenas = m.arenas[:n-1] // the new one takes its place
	}
	return newBlock(size)
}

// putArena takes an arena back.
func (m *memory) putArena(b *block) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, _ := slices.BinarySearchFunc(m.arenas, b.cap, func(a *block, size int) int { return a.cap - size })
	m.arenas = slices.Insert(m.arenas, i, b)
}

// get returns a block of at least size bytes, with arbitrary contents.
func (m *memory) get(size int) *block {
	size = roundUp(max(size, 1))
	m.mu.Lock()
	if list := m.free[size]; len(list) > 0 {
		b := list[len(list)-1]
		list[len(list)-1] = nil
		m.free[size] = list[:len(list)-1]
		m.held -= size
		m.mu.Unlock()
		return b
	}
	m.mu.Unlock()
	return newBlock(size)
}

// put takes back a block that nobody refers to any more.
func (m *memory) put(b *block) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held+b.cap > heldLimit {
		return
	}
	if m.free == nil {
		m.free = make(map[int][]*block)
	}
	m.free[b.cap] = append(m.free[b.cap], b)
	m.held += b.cap
}

func (m *memory) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free, m.held, m.arenas = nil, 0, nil
}
