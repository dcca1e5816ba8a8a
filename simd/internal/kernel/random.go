package kernel

import (
	"encoding/binary"
	"math/bits"
)

// A PCG is the state of the PCG-DXSM generator with 128 bits of state: the
// stream of math/rand/v2's PCG with the same seed (O'Neill 2014, HMC-CS-2014-0905).
type PCG struct{ Hi, Lo uint64 }

// The multiplier and the increment of the underlying congruential generator,
// those of two of its steps, and the multiplier of the output permutation.
const (
	pcgMulHi, pcgMulLo   = 2549297995355413924, 4865540595714422341
	pcgIncHi, pcgIncLo   = 6364136223846793005, 1442695040888963407
	pcgMul2Hi, pcgMul2Lo = 1710491942223705148, 5953435361322512025
	pcgInc2Hi, pcgInc2Lo = 5220163216168088568, 12402783752613479834
	pcgCheapMul          = 0xda942042e4dd58b5
)

// Fill writes len(dst) random bytes, eight per step of the generator, low
// byte first, and returns the state after the last step taken; what is left
// of the last eight bytes is dropped.
func (p PCG) Fill(dst []byte) PCG {
	// Two states, each two steps at a time, hide half of the latency of the
	// multiplications.
	q := p.step()
	for ; len(dst) >= 16; dst = dst[16:] {
		binary.LittleEndian.PutUint64(dst, q.output())
		p = p.jump()
		binary.LittleEndian.PutUint64(dst[8:], p.output())
		q = q.jump()
	}
	if len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, q.output())
		p, dst = q, dst[8:]
	}
	if len(dst) > 0 {
		p = p.step()
		var last [8]byte
		binary.LittleEndian.PutUint64(last[:], p.output())
		copy(dst, last[:])
	}
	return p
}

// Skip returns the state after n steps, in O(log n), so that workers can fill
// parts of one stream: part i starts at Skip(offset/8).
func (p PCG) Skip(n uint64) PCG {
	mulHi, mulLo := uint64(pcgMulHi), uint64(pcgMulLo)
	incHi, incLo := uint64(pcgIncHi), uint64(pcgIncLo)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p.Hi, p.Lo = mul128(p.Hi, p.Lo, mulHi, mulLo)
			p.Hi, p.Lo = add128(p.Hi, p.Lo, incHi, incLo)
		}
		// x → m(mx+c)+c = m²x + (m+1)c
		h, l := add128(mulHi, mulLo, 0, 1)
		incHi, incLo = mul128(incHi, incLo, h, l)
		mulHi, mulLo = mul128(mulHi, mulLo, mulHi, mulLo)
	}
	return p
}

func (p PCG) step() PCG {
	hi, lo := bits.Mul64(p.Lo, pcgMulLo)
	hi += p.Hi*pcgMulLo + p.Lo*pcgMulHi
	lo, carry := bits.Add64(lo, pcgIncLo, 0)
	hi, _ = bits.Add64(hi, pcgIncHi, carry)
	return PCG{hi, lo}
}

// jump is two steps.
func (p PCG) jump() PCG {
	hi, lo := bits.Mul64(p.Lo, pcgMul2Lo)
	hi += p.Hi*pcgMul2Lo + p.Lo*pcgMul2Hi
	lo, carry := bits.Add64(lo, pcgInc2Lo, 0)
	hi, _ = bits.Add64(hi, pcgInc2Hi, carry)
	return PCG{hi, lo}
}

// output is the permutation "double xorshift multiply" of the state.
func (p PCG) output() uint64 {
	x := p.Hi
	x ^= x >> 32
	x *= pcgCheapMul
	x ^= x >> 48
	return x * (p.Lo | 1)
}

func mul128(aHi, aLo, bHi, bLo uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(aLo, bLo)
	return hi + aHi*bLo + aLo*bHi, lo
}

func add128(aHi, aLo, bHi, bLo uint64) (hi, lo uint64) {
	lo, carry := bits.Add64(aLo, bLo, 0)
	hi, _ = bits.Add64(aHi, bHi, carry)
	return hi, lo
}

// FromUint32 sets dst[i] = float32(src[i]), rounded to nearest even: the first
// step from random bits to uniform numbers.
func FromUint32(dst []float32, src []uint32) {
	src = src[:len(dst)]
	if f := tables[active].convert; f != nil && len(dst) > 0 {
		f(&dst[0], &src[0], len(dst))
		return
	}
	for i, u := range src {
		dst[i] = float32(u)
	}
}
