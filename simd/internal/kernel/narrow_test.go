package kernel_test

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"gsdnet/simd/internal/kernel"
)

// TestNarrowProductsNeedLittleMemory, however many rows they have.
func TestNarrowProductsNeedLittleMemory(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		p := randomProduct(rand.New(rand.NewPCG(1, 2)), 1<<18, 8, 3, false, false, 0)
		asked := 0
		ws := kernel.Workspace{Memory: func(n int) []float32 {
			asked += n
			return make([]float32, n)
		}}
		kernel.Gemm(&p.GemmArgs, &ws)
		if asked > 1<<18 {
			t.Errorf("the product asked for %d floats, want at most %d", asked, 1<<18)
		}
		p.check(t)
	})
}

// TestNarrowProductsInParts have the bits of the whole.
func TestNarrowProductsInParts(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, trans := range []bool{false, true} {
			p := randomProduct(rand.New(rand.NewPCG(3, 4)), 5000, 11, 300, trans, !trans, 1)
			p.Beta = 0.5
			copy(p.C, p.before)
			kernel.Gemm(&p.GemmArgs, nil)
			whole := append([]float32(nil), p.C...)
			copy(p.C, p.before)
			for row := 0; row < p.M; row += 700 {
				part := p.GemmArgs
				part.M, part.C = min(700, p.M-row), p.C[row*p.LDC:]
				if trans {
					part.A = p.A[row:]
				} else {
					part.A = p.A[row*p.LDA:]
				}
				kernel.Gemm(&part, nil)
			}
			if !reflect.DeepEqual(p.C, whole) {
				t.Errorf("transposed %v: parts have other bits than the whole", trans)
			}
		}
	})
}

// TestGarbageCollectionsDoNotWait for long products and sums: reading memory
// statistics stops the world, which takes as long as the longest call of
// assembly.
func TestGarbageCollectionsDoNotWait(t *testing.T) {
	const bound = 10 * time.Millisecond
	p := randomProduct(rand.New(rand.NewPCG(1, 2)), 1<<22, 8, 1, false, false, 0)
	long := make([]float32, 1<<26)
	atEveryLevel(t, func(t *testing.T) {
		if kernel.Current() == kernel.Generic {
			return // Go loops can be interrupted
		}
		for name, work := range map[string]func(){
			"narrow product": func() { kernel.Gemm(&p.GemmArgs, nil) },
			"addition":       func() { kernel.Add(long, long, long) },
		} {
			var took, allowed time.Duration
			for range 10 { // the machine may be busy with something else
				allowed = bound + longestStop(func() { spin(100 * time.Millisecond) })
				if took = longestStop(work); took < allowed {
					break
				}
			}
			if took >= allowed {
				t.Errorf("%s: stopping the world took %v, want less than %v", name, took, allowed)
			}
		}
	})
}

// longestStop runs work and returns how long the world took to stop at most.
func longestStop(work func()) (longest time.Duration) {
	var done atomic.Bool
	go func() {
		work()
		done.Store(true)
	}()
	var stats runtime.MemStats
	for !done.Load() {
		start := time.Now()
		runtime.ReadMemStats(&stats)
		longest = max(longest, time.Since(start))
		time.Sleep(200 * time.Microsecond)
	}
	return longest
}

// spin computes for a while in Go, which can be interrupted.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}
