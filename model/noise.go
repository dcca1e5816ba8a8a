package model

import (
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/erc"
	"gsdnet/internal/stream"
)

// Noise fills arrays with noise that depends on the draw, the conversation and
// the place in it alone: not on the batch, and not on the padding.
type Noise struct {
	Batch *Batch
	Pass  Pass
}

// Stream names a conversation's generator for a purpose.
func (z Noise) Stream(purpose string, conversation int, more ...uint64) *rand.Rand {
	sample := z.Pass.Sample
	if z.Batch.Samples != nil {
		sample += z.Batch.Samples[conversation]
	}
	c := &z.Batch.Conversations[conversation]
	counters := []uint64{c.Key, z.Pass.Step, sample}
	if c.Part > 0 {
		purpose, more = purpose+" of a part", append([]uint64{uint64(c.Part)}, more...)
	}
	return stream.New(z.Pass.Seed, purpose, append(counters, more...)...)
}

// Features returns unit normals [times,M,B,N,d] (the first axis left out if
// times is 0).
func (z Noise) Features(purpose string, times, d int) *tensors.Tensor {
	n, size := z.Batch.N, z.Batch.Size()
	out := make([]float32, max(times, 1)*erc.NumModalities*size*n*d)
	z.Each(times, func(at, conversation int, lead []uint64) {
		rng := z.Stream(purpose, conversation, lead...)
		row := out[at*n*d:]
		for i := range z.Batch.Conversations[conversation].Len() * d {
			row[i] = float32(rng.NormFloat64())
		}
	})
	return z.Tensor(out, times, size, n, d)
}

// Each calls fill for every (time, modality, conversation) with its place in
// [times,M,B] and the counters of its stream.
func (z Noise) Each(times int, fill func(at, conversation int, lead []uint64)) {
	for s := range max(times, 1) {
		for m := range erc.NumModalities {
			for i := range z.Batch.Conversations {
				at := (s*erc.NumModalities+m)*z.Batch.Size() + i
				fill(at, i, []uint64{uint64(s), uint64(m)})
			}
		}
	}
}

// Tensor returns values of the shape [times,M,dims…], without the first axis if times is 0.
func (Noise) Tensor(values []float32, times int, dims ...int) *tensors.Tensor {
	all := append([]int{erc.NumModalities}, dims...)
	if times > 0 {
		all = append([]int{times}, all...)
	}
	return tensors.FromFlatDataAndDimensions(values, all...)
}

// Dropout returns a dropout mask [B,N,width]: 0 with probability p, else 1/(1−p).
func (z Noise) Dropout(purpose string, width int, p float64) *tensors.Tensor {
	n := z.Batch.N
	out := make([]float32, z.Batch.Size()*n*width)
	threshold := uint8(p * 256) // p in steps of 1/256: eight masks a draw
	keep := 256 / (256 - float32(threshold))
	for i := range z.Batch.Conversations {
		rng := z.Stream(purpose, i)
		row := out[i*n*width:][:z.Batch.Conversations[i].Len()*width]
		var bits uint64
		for j := range row {
			if j%8 == 0 {
				bits = rng.Uint64()
			}
			if uint8(bits) >= threshold {
				row[j] = keep
			}
			bits >>= 8
		}
	}
	return tensors.FromFlatDataAndDimensions(out, z.Batch.Size(), n, width)
}
