package simd_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gsdnet/simd"
)

// TestExecutionsShareHelpers: executions that run at the same time have equal parts, and
// what one leaves the others get.
func TestExecutionsShareHelpers(t *testing.T) {
	b := newBackend(t, "workers=8")
	first := simd.Join(b)
	if got := first.Helpers(); got != 7 {
		t.Errorf("one execution has %d helpers, want 7", got)
	}
	second := simd.Join(b)
	if a, b := first.Helpers(), second.Helpers(); a != 3 || b != 3 {
		t.Errorf("two executions have %d and %d helpers, want 3 each", a, b)
	}
	var more []simd.Team
	for range 8 {
		more = append(more, simd.Join(b))
	}
	if got := first.Helpers(); got != 0 {
		t.Errorf("one of ten executions has %d helpers, want none", got)
	}
	for _, m := range append(more, second) {
		m.Leave()
	}
	if got := first.Helpers(); got != 7 {
		t.Errorf("the execution that is left has %d helpers, want 7", got)
	}
	first.Leave()
}

// TestSleepingHelpersAreAllWoken, though the caller wakes two only: each task waits until
// as many run as there are workers.
func TestSleepingHelpersAreAllWoken(t *testing.T) {
	const workers = 16
	team := simd.Join(newBackend(t, fmt.Sprint("workers=", workers)))
	defer team.Leave()
	for range 3 {
		time.Sleep(100 * time.Millisecond) // they fall asleep
		var running atomic.Int32
		late := time.Now().Add(time.Minute)
		team.Each(workers, func(int) {
			running.Add(1)
			for running.Load() < workers && time.Now().Before(late) {
				time.Sleep(time.Millisecond)
			}
		})
		if got := running.Load(); got != workers || time.Now().After(late) {
			t.Fatalf("%d workers ran at the same time, want %d", got, workers)
		}
	}
}

// TestTasksRunOnceInConcurrentTeams, which come and go.
func TestTasksRunOnceInConcurrentTeams(t *testing.T) {
	b := newBackend(t, "workers=7")
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for range 20 {
				team := simd.Join(b)
				for n := 1; n < 200; n += 37 {
					runs := make([]atomic.Int32, n)
					team.Each(n, func(task int) { runs[task].Add(1) })
					for i := range runs {
						if got := runs[i].Load(); got != 1 {
							t.Errorf("task %d of %d ran %d times", i, n, got)
						}
					}
				}
				team.Leave()
			}
		})
	}
	wg.Wait()
}
