package train

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// bucket returns the length a conversation is padded to: few enough lengths that
// graphs are compiled a handful of times, close enough that little is wasted.
func bucket(n int) int {
	step := 16
	switch {
	case n > 256:
		step = 128
	case n > 128:
		step = 64
	case n > 64:
		step = 32
	}
	return (n + step - 1) / step * step
}

// shuffled deals samples into batches of a fixed size in random order. Lengths
// are sorted within windows of a few batches, so that little padding is wasted;
// the last batch is filled up from the start of the order.
func shuffled(lengths []int, size int, rng *rand.Rand) [][]int {
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

// ordered deals samples into batches by length, for evaluation. The last one is
// filled up with copies of its last sample; whole counts those that are not.
func ordered(lengths []int, size int) (batches [][]int, whole []int) {
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(lengths[i], lengths[j]) })
	for len(order) > 0 {
		batch := order[:min(size, len(order))]
		order = order[len(batch):]
		whole = append(whole, len(batch))
		for len(batch) < size {
			batch = append(slices.Clip(batch), batch[len(batch)-1])
		}
		batches = append(batches, batch)
	}
	return batches, whole
}

// longest returns the padded length of a batch.
func longest(lengths []int, batch []int) int {
	n := 0
	for _, i := range batch {
		n = max(n, lengths[i])
	}
	return bucket(n)
}
