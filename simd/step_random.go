package simd

import (
	"math/bits"
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// randomStep fills an array with random bits and moves the generator on.
// Parts of the stream are filled on their own.
type randomStep struct{ state, newState, out, bytes int }

// randomPart is how many bytes a task fills.
const randomPart = 1 << 15

func newRandomStep(v *value, slot func(*value) int) *randomStep {
	return &randomStep{slot(v.in[0].value), slot(v.multi[0]), slot(v.multi[1]), v.multi[1].bytes()}
}

func (s *randomStep) tasks() int { return max(1, (s.bytes+randomPart-1)/randomPart) }
func (s *randomStep) work() int  { return 100 + s.bytes/4 }

func (s *randomStep) run(c *context, _ *worker, task int) {
	state := at[uint64](c.slots[s.state], 3)
	from := kernel.PCG{Hi: state[0], Lo: state[1]}
	if s.bytes > 0 {
		first := task * randomPart
		n := min(randomPart, s.bytes-first)
		from.Skip(uint64(first / 8)).Fill(at[byte](unsafe.Add(c.slots[s.out], first), n))
	}
	if task == 0 {
		end := from.Skip(uint64((s.bytes + 7) / 8))
		// The Go backend writes the words most significant byte first, and
		// reads them the other way round: its streams are to be had here too.
		copy(at[uint64](c.slots[s.newState], 3), []uint64{bits.ReverseBytes64(end.Hi), bits.ReverseBytes64(end.Lo), state[2]})
	}
}
