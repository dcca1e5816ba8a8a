package simd

import (
	"fmt"
	"time"

	"github.com/gomlx/compute"
)

// Plan describes how an executable runs, for tests.
func Plan(e compute.Executable) string { return fmt.Sprint(e.(*executable).program) }

// Foreign returns how many steps of an executable run on the Go backend.
func Foreign(e compute.Executable) (n int) {
	for _, w := range e.(*executable).program.waves {
		for _, s := range w.steps {
			if _, ok := s.(*foreignStep); ok {
				n++
			}
		}
	}
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
	for _, w := range e.(*executable).program.waves {
		for _, s := range w.steps {
			if _, ok := s.(*directStep); ok {
				n++
			}
		}
	}
	return n
}
