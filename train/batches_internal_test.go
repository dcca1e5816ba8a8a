package train

import (
	"math/rand/v2"
	"testing"
)

func TestShuffleBatchesUsesEverySample(t *testing.T) {
	lengths := []int{5, 60, 61, 7, 90, 12, 130, 44, 45, 46, 47}
	batches := shuffleBatches(lengths, 4, rand.New(rand.NewPCG(1, 2)))
	seen := map[int]int{}
	for _, batch := range batches {
		if len(batch) != 4 {
			t.Errorf("batch of %d, want 4: graphs are compiled for a size", len(batch))
		}
		for _, i := range batch {
			seen[i]++
		}
	}
	if len(seen) != len(lengths) || len(batches) != 3 {
		t.Errorf("%d batches with %d conversations, want 3 with %d", len(batches), len(seen), len(lengths))
	}
}
