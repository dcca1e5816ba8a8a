package kernel_test

import (
	"flag"
	"math"
	"runtime"
	"sync"
	"testing"
)

// every is how many float32 the test of whole ranges goes on by. It meets
// every exponent thousands of times; 1 tests all 2^32 numbers, which takes
// about a quarter of an hour a level:
//
//	go test ./simd/internal/kernel -run WholeRange -every 1 -timeout 2h
var every = flag.Uint64("every", 1021, "test every n-th float32")

// A worst is the largest error of a function and where it is.
type worst struct {
	ulp float64
	at  float32
}

// TestWholeRange holds every transcendental function, and those that are
// correctly rounded, to its bound on a sample of all float32 numbers.
func TestWholeRange(t *testing.T) {
	step := *every
	if testing.Short() {
		step *= 16
	}
	atEveryLevel(t, func(t *testing.T) {
		for _, u := range unaries {
			if u.ulp == 0 {
				continue // exact, and tested as such elsewhere
			}
			w := sweep(u.f, u.ref, u.least, step)
			t.Logf("%-10s %.2f ulp at %g", u.name, w.ulp, w.at)
			if w.ulp > max(u.ulp, 0.5) {
				got := []float32{w.at}
				u.f(got, got)
				t.Errorf("%s(%g) = %g, want %g: %.2f ulp, bound %g", u.name, w.at, got[0], u.ref(float64(w.at)), w.ulp, u.ulp)
			}
		}
	})
}

// sweep returns the worst error at every step-th number, the first of each
// part of the range included.
func sweep(f func(dst, src []float32), ref func(float64) float64, least float64, step uint64) worst {
	const parts, block = 512, 1 << 13
	found := make([]worst, parts)
	var wg sync.WaitGroup
	next := make(chan int, parts)
	for p := range parts {
		next <- p
	}
	close(next)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			x, y := make([]float32, 0, block), make([]float32, block)
			for p := range next {
				from, to := uint64(p)<<32/parts, uint64(p+1)<<32/parts
				for bits := from; bits < to; {
					for x = x[:0]; len(x) < block && bits < to; bits += step {
						x = append(x, math.Float32frombits(uint32(bits)))
					}
					f(y[:len(x)], x)
					for i, v := range x {
						want := ref(float64(v))
						if d := ulps(y[i], want); d > found[p].ulp && !(math.Abs(float64(y[i])-want) <= least) {
							found[p] = worst{d, v}
						}
					}
				}
			}
		})
	}
	wg.Wait()
	all := worst{}
	for _, w := range found {
		if w.ulp > all.ulp {
			all = w
		}
	}
	return all
}
