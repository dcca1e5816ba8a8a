package train

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"gsdnet/infer"
)

// shuffleBatches divides samples of the given lengths into batches of size samples, in
// random order. It sorts by length within windows of four batches, so that little
// of a batch is padding. The last batch is completed with samples from the start of the
// order.
func shuffleBatches(lengths []int, size int, rng *rand.Rand) [][]int {
	order := rng.Perm(len(lengths))
	for i := 0; len(order)%size != 0; i++ {
		order = append(order, order[i%len(lengths)])
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

// paddedLength returns the padded length of a batch of samples of the given lengths.
func paddedLength(lengths []int, batch []int) int {
	n := 0
	for _, i := range batch {
		n = max(n, lengths[i])
	}
	return infer.Bucket(n)
}
