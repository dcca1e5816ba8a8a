package simd

import (
	"fmt"
	"time"

	"github.com/gomlx/compute"
)

// Plan describes how an executable runs, for tests.
func Plan(e compute.Executable) string { return fmt.Sprint(e.(*executable).program) }

// eachStep calls a function for the steps of an executable.
func eachStep(e compute.Executable, f func(step)) {
	for _, w := range e.(*executable).program.waves {
		for _, s := range w.steps {
			f(s)
		}
	}
}

// Foreign returns how many steps of an executable run on the Go backend.
func Foreign(e compute.Executable) (n int) {
	eachStep(e, func(s step) {
		if _, ok := s.(*foreignStep); ok {
			n++
		}
	})
	return n
}

// Held returns the bytes of a backend's blocks that are in use and that are
// kept for reuse.
func Held(b compute.Backend) (used, kept int) {
	m := &b.(*backend).memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used, m.kept
}

// AgeAfter sets how long blocks are kept that nobody asks for.
func AgeAfter(b compute.Backend, idle time.Duration) { b.(*backend).memory.idle = idle }

// ClassOf returns the size class of an allocation.
func ClassOf(size int) int { return classOf(size) }

// Direct returns how many convolutions of an executable have no patches.
func Direct(e compute.Executable) (n int) {
	eachStep(e, func(s step) {
		if _, ok := s.(*directStep); ok {
			n++
		}
	})
	return n
}

// loops calls a function for the loops of an executable.
func loops(e compute.Executable, f func(*loop)) {
	eachStep(e, func(s step) {
		switch s := s.(type) {
		case loopStep:
			f(s.loop)
		case *chainStep:
			f(s.loop)
		}
	})
}

// Programs returns how many programs the loops of an executable have, and how many
// instructions there are in them.
func Programs(e compute.Executable) (programs, inside int) {
	loops(e, func(l *loop) {
		n, instructions := l.programs()
		programs, inside = programs+n, inside+instructions
	})
	return programs, inside
}

// DropPrograms makes an executable run every instruction by itself.
func DropPrograms(e compute.Executable) {
	loops(e, func(l *loop) {
		for i := range l.passes {
			l.passes[i].program = nil
		}
		for i := range l.loads {
			if l.loads[i].kind == strided {
				l.loads[i].kind = packRows
			}
		}
	})
}
