// Package stream gives every use of randomness its own generator, which is named by a
// seed, a purpose and counters. Two generators of the same name return the same numbers,
// whatever was drawn before and on however many workers. For example, the dropout of
// conversation 17 in epoch 3 does not depend on other conversations.
//
// Start reading at New.
package stream

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the generator of a seed, a purpose such as "mask" or "noise", and counters
// such as the epoch and the conversation. The order of the counters matters.
func New(seed uint64, purpose string, counters ...uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	state := mix(seed ^ mix(h.Sum64()))
	for _, c := range counters {
		state = mix(state ^ mix(c+0x9e3779b97f4a7c15))
	}
	return rand.New(rand.NewPCG(state, mix(state)))
}

// mix is the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). It
// spreads every bit of z over all bits of the result.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
