package simd

import (
	"math/bits"
	"runtime"
	"unsafe"

	"github.com/pkg/errors"
)

// alignment of every allocation: a cache line, and the width of a vector.
const alignment = 64

// A block is memory for one array, aligned, at least one cache line. Its
// capacity is a size class, unless it is part of other memory.
type block struct {
	raw     []byte // keeps the memory alive; nil if the block does not own it
	ptr     unsafe.Pointer
	cap     int
	cleanup runtime.Cleanup // see memory.allocate
}

// newBlock allocates a block outside of any accounting.
func newBlock(size int) *block {
	b, err := allocate(roundUp(max(size, 1)))
	if err != nil {
		panic(err)
	}
	return b
}

// allocate returns a new block of exactly size bytes, a multiple of the
// alignment. What the Go runtime panics at becomes an error.
func allocate(size int) (b *block, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, errors.Errorf("allocating %d bytes: %v", size, r)
		}
	}()
	raw := make([]byte, size)
	if misaligned(raw) != 0 {
		raw = make([]byte, size+alignment)
	}
	return &block{raw: raw, ptr: unsafe.Pointer(&raw[misaligned(raw)]), cap: size}, nil
}

// misaligned returns how many bytes to leave out for alignment.
func misaligned(raw []byte) uintptr {
	return -uintptr(unsafe.Pointer(&raw[0])) & (alignment - 1)
}

func (b *block) bytes() []byte { return unsafe.Slice((*byte)(b.ptr), b.cap) }

func roundUp(n int) int { return (n + alignment - 1) &^ (alignment - 1) }

// classOf returns the size class of an allocation: the next power of two in
// quarter steps (4, 5, 6 or 7 times a power of two), so that at most a fifth
// of a block is not used and arrays of similar sizes share blocks.
func classOf(size int) int {
	size = max(size, 1)
	step := max(alignment, 1<<max(0, bits.Len(uint(size-1))-3))
	return (size + step - 1) / step * step
}
