package stream_test

import (
	"testing"

	"pgregory.net/rapid"

	"gsdnet/internal/stream"
)

// Two generators of the same name return the same numbers.
func TestSameNameSameNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		counters := rapid.SliceOfN(rapid.Uint64(), 0, 4).Draw(t, "counters")
		if a, b := stream.New(seed, "noise", counters...).Uint64(), stream.New(seed, "noise", counters...).Uint64(); a != b {
			t.Errorf("got %d and %d", a, b)
		}
	})
}

// Generators whose names differ in one part return different numbers. Names that differ
// by a counter of zero, or by the order of counters, are different too.
func TestOtherNamesOtherNumbers(t *testing.T) {
	seen := map[uint64]string{}
	note := func(name string, first uint64) {
		if other, ok := seen[first]; ok {
			t.Errorf("%s and %s begin with the same number", name, other)
		}
		seen[first] = name
	}
	note("seed 0", stream.New(0, "mask").Uint64())
	note("seed 1", stream.New(1, "mask").Uint64())
	note("purpose", stream.New(0, "masks").Uint64())
	note("counter 0", stream.New(0, "mask", 0).Uint64())
	note("counters 0, 0", stream.New(0, "mask", 0, 0).Uint64())
	note("counters 1, 2", stream.New(0, "mask", 1, 2).Uint64())
	note("counters 2, 1", stream.New(0, "mask", 2, 1).Uint64())
}

// The first numbers of many streams are uniform, as the numbers of one stream are.
func TestStreamsAreIndependent(t *testing.T) {
	const n, bins = 64000, 64
	var counts [bins]float64
	for i := range n {
		counts[stream.New(7, "order", uint64(i)).IntN(bins)]++
	}
	chi := 0.0
	for _, c := range counts {
		chi += (c - n/bins) * (c - n/bins) / (n / bins)
	}
	if chi > 112.3 { // critical value at level 0.0001 with 63 degrees of freedom
		t.Errorf("chi-square %.1f", chi)
	}
}
