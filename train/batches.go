package train

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
)

// bucket returns the length a conversation, or a window of a long one, is padded to:
// few enough lengths that graphs are compiled a handful of times, close enough that
// little is wasted.
func bucket(n int) int {
	step := 16
	switch {
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

// rowsAtOnce is the size of a batch of predictions. Four rows take little longer each
// than eight, and fewer of them stay empty.
const rowsAtOnce = 4

// dealt is a batch of predictions. Row i holds a completion of sample
// indices[i%len(indices)], number i/len(indices) of those that run at once.
type dealt struct {
	length  int   // that samples are padded to
	indices []int // of the samples, each once
}

// atOnce is how many completions of each sample a batch holds. What is left of its
// rows is not used.
func (d *dealt) atOnce() int { return rowsAtOnce / len(d.indices) }

// alike deals samples into batches for predictions. The order of the sums in a graph
// depends on its shapes. So a sample is always padded to the bucket of its own length,
// and all batches have the same number of rows: results do not depend on
// which samples are predicted together.
func alike(lengths []int) []dealt {
	groups := map[int][]int{}
	for i, n := range lengths {
		groups[bucket(n)] = append(groups[bucket(n)], i)
	}
	var out []dealt
	for _, length := range slices.Sorted(maps.Keys(groups)) {
		for indices := range slices.Chunk(groups[length], rowsAtOnce) {
			out = append(out, dealt{length, indices})
		}
	}
	return out
}

// longest returns the padded length of a batch.
func longest(lengths []int, batch []int) int {
	n := 0
	for _, i := range batch {
		n = max(n, lengths[i])
	}
	return bucket(n)
}
