package simd

import (
	"time"
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// A worker is what one thread computes with: scratch memory that it takes from
// the backend's memory when it needs it and gives back after an execution.
type worker struct {
	source    *memory
	pointers  []unsafe.Pointer
	ops       []kernel.Op // of a program
	scratch   *block
	workspace kernel.Workspace
	packed    []*block // of the workspace
	spans     []span   // of a window

	panel      *block // of a product that a loop reads at once
	panelFirst int    // which element of the product comes first there

	timed     bool      // a recording is under way
	loopBegan time.Time // of the task's element-wise work
}

// table returns n pointers of a tile.
func (w *worker) table(n int) []unsafe.Pointer {
	if len(w.pointers) < n {
		w.pointers = make([]unsafe.Pointer, n)
	}
	return w.pointers[:n]
}

// memory returns size bytes of scratch.
func (w *worker) memory(size int) unsafe.Pointer { return w.grow(&w.scratch, size) }

// panelMemory returns scratch memory for a panel.
func (w *worker) panelMemory(size int) unsafe.Pointer { return w.grow(&w.panel, size) }

// grow makes a block at least size bytes large; its contents may be lost.
func (w *worker) grow(b **block, size int) unsafe.Pointer {
	if *b == nil || (*b).cap < size {
		if *b != nil {
			w.source.put(*b)
			*b = nil
		}
		*b = w.take(size)
	}
	return (*b).ptr
}

// take returns a block; within a task, a panic becomes an execution's error.
func (w *worker) take(size int) *block {
	b, err := w.source.get(size)
	if err != nil {
		panic(err)
	}
	return b
}

// space returns the workspace of products, whose memory is the worker's.
func (w *worker) space() *kernel.Workspace {
	if w.workspace.Memory == nil {
		w.workspace.Memory = func(n int) []float32 {
			b := w.take(4 * n)
			w.packed = append(w.packed, b)
			return at[float32](b.ptr, b.cap/4)
		}
	}
	return &w.workspace
}

// release gives the memory back.
func (w *worker) release() {
	w.workspace.Release()
	for i, b := range w.packed {
		w.source.put(b)
		w.packed[i] = nil
	}
	w.packed = w.packed[:0]
	for _, b := range []**block{&w.scratch, &w.panel} {
		if *b != nil {
			w.source.put(*b)
			*b = nil
		}
	}
	clear(w.pointers) // they point into it
	clear(w.ops)
}
