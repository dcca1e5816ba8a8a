package train

import (
	"cmp"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// bucket returns the length a conversation is padded to: few enough lengths that
// graphs are compiled a handful of times, close enough that little is wasted. Above
// 512 utterances there are four lengths between a power of two and the next.
func bucket(n int) int {
	step := 16
	switch {
	case n > 512:
		step = 1 << (bits.Len(uint(n-1)) - 3)
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

// utterancesAtOnce bounds a batch of predictions: conversations times the length
// they are padded to. Memory grows with that length squared.
const utterancesAtOnce = 4096

// dealt is a batch of predictions.
type dealt struct {
	length  int   // padded
	indices []int // of the samples; the last ones may be copies
	whole   int   // how many are not copies
}

// alike deals samples into batches of at most size, for predictions. A sample is
// always padded to the bucket of its own length, whichever samples there are beside
// it, so that its result does not depend on them. A batch that is not full is filled
// up with copies of its last sample to a power of two: few shapes, and no more than
// half of them copies.
func alike(lengths []int, size int) []dealt {
	groups := map[int][]int{}
	for i, n := range lengths {
		groups[bucket(n)] = append(groups[bucket(n)], i)
	}
	var out []dealt
	for _, length := range slices.Sorted(maps.Keys(groups)) {
		most := max(1, min(size, utterancesAtOnce/length))
		for batch := range slices.Chunk(groups[length], most) {
			d := dealt{length: length, indices: slices.Clone(batch), whole: len(batch)}
			full := 1
			for full < len(batch) {
				full *= 2
			}
			for len(d.indices) < min(full, most) {
				d.indices = append(d.indices, batch[len(batch)-1])
			}
			out = append(out, d)
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
