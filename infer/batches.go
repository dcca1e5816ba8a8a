package infer

import (
	"maps"
	"slices"
)

// Bucket returns the length to which a conversation of n utterances is padded: the next
// multiple of 16 up to 64, of 32 up to 128, and of 64 above. There are few such lengths,
// so few graphs are compiled, and little of a graph is padding.
func Bucket(n int) int {
	step := 16
	switch {
	case n > 128:
		step = 64
	case n > 64:
		step = 32
	}
	return (n + step - 1) / step * step
}

// rowsAtOnce is the size of a batch of predictions. Four rows take little longer each
// than eight, and fewer of them stay empty.
const batchRows = 4

// dealt is a batch of predictions. Row i holds a completion of sample
// indices[i%len(indices)], number i/len(indices) of those that run at once.
type rowBatch struct {
	length  int   // that samples are padded to
	indices []int // of the samples, each once
}

// atOnce is how many completions of each sample a batch holds. What is left of its
// rows is not used.
func (d *rowBatch) drawsPerSample() int { return batchRows / len(d.indices) }

// alike deals samples into batches for predictions. The order of the sums in a graph
// depends on its shapes. So a sample is always padded to the bucket of its own length,
// and all batches have the same number of rows: results do not depend on
// which samples are predicted together.
func batchByLength(lengths []int) []rowBatch {
	groups := map[int][]int{}
	for i, n := range lengths {
		groups[Bucket(n)] = append(groups[Bucket(n)], i)
	}
	var out []rowBatch
	for _, length := range slices.Sorted(maps.Keys(groups)) {
		for indices := range slices.Chunk(groups[length], batchRows) {
			out = append(out, rowBatch{length, indices})
		}
	}
	return out
}
