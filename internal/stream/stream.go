// Package stream gives every consumer of randomness its own generator, named
// by a seed and a path of counters. Two streams with the same name yield the
// same numbers wherever, whenever and on however many workers they are drawn,
// so masks, noise and dropout of (epoch 3, conversation 17) do not depend on
// what was drawn before. Start at New.
package stream

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the generator of a purpose ("mask", "noise", …) under a seed and
// any counters that tell this stream from its siblings.
func New(seed uint64, purpose string, counters ...uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	state := mix(seed ^ mix(h.Sum64()))
	for _, c := range counters {
		state = mix(state ^ mix(c+0x9e3779b97f4a7c15))
	}
	return rand.New(rand.NewPCG(state, mix(state)))
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
