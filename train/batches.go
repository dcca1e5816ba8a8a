package train

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"gsdnet/infer"
)

// shuffled deals samples into batches of a fixed size in random order. Lengths
// are sorted within windows of a few batches, so that little padding is wasted;
// the last batch is filled up from the start of the order.
func shuffleBatches(lengths []int, size int, rng *rand.Rand) [][]int {
	order := rng.Perm(len(lengths))
	for at := 0; len(order)%size != 0; at++ {
		order = append(order, order[at%len(lengths)])
	}
	window := 4 * size
	var batches [][]int
	for from := 0; from < len(order); from += window {
		part := order[from:min(from+window, len(order))]
		slices.SortStableFunc(part, func(i, j int) int { return cmp.Compare(lengths[i], lengths[j]) })
		for len(part) > 0 {
			batches = append(batches, part[:size])
			part = part[size:]
		}
	}
	rng.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	return batches
}

// longest returns the padded length of a batch.
func paddedLength(lengths []int, batch []int) int {
	n := 0
	for _, i := range batch {
		n = max(n, lengths[i])
	}
	return infer.Bucket(n)
}
