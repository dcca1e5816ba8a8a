package kernel_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

func TestPCGIsTheStreamOfTheStandardLibrary(t *testing.T) {
	for n := range 201 {
		ref := rand.NewPCG(1, 2)
		want := make([]byte, n+7)
		for i := 0; i < n; i += 8 {
			binary.LittleEndian.PutUint64(want[i:], ref.Uint64())
		}
		got := make([]byte, n)
		state := kernel.PCG{Hi: 1, Lo: 2}.Fill(got)
		if string(got) != string(want[:n]) {
			t.Fatalf("%d bytes differ", n)
		}
		if skipped := (kernel.PCG{Hi: 1, Lo: 2}).Skip(uint64(n+7) / 8); skipped != state {
			t.Fatalf("%d bytes leave %x, skipping them %x", n, state, skipped)
		}
		next := rand.NewPCG(state.Hi, state.Lo)
		if got, want := next.Uint64(), ref.Uint64(); got != want {
			t.Fatalf("after %d bytes: got %x, want %x", n, got, want)
		}
	}
}

func TestFromUint32(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 0))
	atEveryLevel(t, func(t *testing.T) {
		for n := 0; n <= longest; n++ {
			src, dst := make([]uint32, n), append(make([]float32, n), guard)
			for i := range src {
				src[i] = rng.Uint32() >> (i % 32)
			}
			kernel.FromUint32(dst[:n], src)
			for i, u := range src {
				if dst[i] != float32(u) {
					t.Fatalf("float32(%d) = %g", u, dst[i])
				}
			}
			if dst[n] != guard {
				t.Fatalf("%d elements: wrote beyond dst", n)
			}
		}
	})
}
