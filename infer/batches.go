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

// batchRows is the number of rows of a batch of predictions. A row of four takes little
// longer than a row of eight, and fewer rows stay empty.
const batchRows = 4

// rowBatch describes a batch of predictions. Row i holds a draw of sample
// indices[i%len(indices)]: the draw with the number i/len(indices) among those of one
// call of the graph.
type rowBatch struct {
	length  int   // padded number of utterances
	indices []int // the samples, each once, at most batchRows of them
}

// drawsPerSample returns how many draws of each sample a batch holds. The remaining rows
// are not used.
func (d *rowBatch) drawsPerSample() int { return batchRows / len(d.indices) }

// batchByLength divides samples of the given lengths into batches of one padded length
// each. A sample is always padded to the bucket of its own length, and all batches have
// batchRows rows. The order of the sums in a graph depends on its shapes only, so results
// do not depend on which samples are predicted together.
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
