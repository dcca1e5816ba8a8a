package simd

import (
	"sync/atomic"
	"unsafe"
)

// A step computes some values of a program. Its tasks are independent.
type step interface {
	tasks() int
	work() int // in about nanoseconds, of all tasks
	run(c *context, w *worker, task int)
}

// A context is what one execution of a program works in.
type context struct {
	slots []unsafe.Pointer // where each value lies
	arena *block
	own   worker // of the thread that called Execute
	team  *team  // of this execution, from its first large wave on; may be nil
	error atomic.Pointer[error]
}

// fail notes the first error of an execution.
func (c *context) fail(err error) {
	if err != nil {
		c.error.CompareAndSwap(nil, &err)
	}
}

func pointerTo(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

// loopStep runs a fused loop.
type loopStep struct{ *loop }

func (s loopStep) tasks() int                          { return len(s.loop.tasks) }
func (s loopStep) run(c *context, w *worker, task int) { s.loop.work(c, w, &s.loop.tasks[task]) }
func (s loopStep) work() int {
	return 100 + s.rows*s.cols*(len(s.code)+len(s.loads))/8
}

// combineStep adds the partial results of reductions in order.
type combineStep struct{ sums []combination }

type combination struct {
	from, to, size      int
	outer, parts, inner int
	copies              unaryLoop
	over                binaryLoop
}

func (s *combineStep) tasks() int { return len(s.sums) }

func (s *combineStep) work() int {
	n := 0
	for _, c := range s.sums {
		n += 50 + c.outer*c.parts*c.inner/8
	}
	return n
}

func (s *combineStep) run(c *context, _ *worker, task int) {
	k := &s.sums[task]
	for o := range k.outer {
		to := unsafe.Add(c.slots[k.to], o*k.inner*k.size)
		for i := range k.parts {
			from := unsafe.Add(c.slots[k.from], (o*k.parts+i)*k.inner*k.size)
			if i == 0 {
				k.copies(to, from, k.inner)
				continue
			}
			k.over(to, to, from, k.inner)
		}
	}
}
