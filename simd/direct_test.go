package simd_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd"
)

// randomDirect draws a convolution whose windows move by one element, and
// whose channels are enough for products without patches.
func randomDirect(rng *rand.Rand) convolution {
	n := 1 + rng.IntN(2)
	c := convolution{channels: 1 + rng.IntN(2), batches: 1, axes: channelsFirst(n)}
	depth, outputs := 16+rng.IntN(20), 16*(1+rng.IntN(4))
	c.x = []int{1 + rng.IntN(2), depth * c.channels}
	c.w = []int{outputs * c.channels, depth}
	for range n {
		size, dilation, length := 1+rng.IntN(4), 1+rng.IntN(2), 6+rng.IntN(30)/n
		c.x, c.w, c.kernelDils = append(c.x, length), append(c.w, size), append(c.kernelDils, dilation)
		c.paddings = append(c.paddings, [2]int{rng.IntN(5), rng.IntN(5)})
	}
	c.w[len(c.w)-1]++ // no windows of one element
	return c
}

// TestDirectConvolutions compares convolutions without patches with the Go
// backend, also of images that lie with their columns first.
func TestDirectConvolutions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(45, 46))
	for range 60 {
		c := randomDirect(rng)
		in := []array{random(rng, dtypes.Float32, c.x...), random(rng, dtypes.Float32, c.w...)}
		p := c.program()
		if len(c.x) == 4 {
			p = func(f compute.Function, v []compute.Value) ([]compute.Value, error) {
				y, err := c.program()(f, v)
				if err != nil {
					return nil, err
				}
				x, err := f.Transpose(v[0], 0, 1, 3, 2)
				if err != nil {
					return nil, err
				}
				turned := c
				turned.paddings = [][2]int{c.paddings[1], c.paddings[0]}
				turned.kernelDils = []int{c.kernelDils[1], c.kernelDils[0]}
				w, err := f.Transpose(v[1], 0, 1, 3, 2)
				if err != nil {
					return nil, err
				}
				z, err := turned.program()(f, []compute.Value{x, w})
				return append(y, z...), err
			}
		}
		same(t, b, reference, p, in, 1e-4, 1e-3)
		e, err := compile(b, p, in)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := simd.Direct(e), len(c.x)/2; got != want {
			t.Errorf("%+v: got %d convolutions without patches, want %d", c, got, want)
		}
		e.Finalize()
	}
}
