package kernel_test

import (
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// BenchmarkCount runs the work whose instructions bench/arm64.sh counts: 4,096
// elements of a function, or the 64³ multiplications of a product.
func BenchmarkCount(b *testing.B) {
	rng := rand.New(rand.NewPCG(21, 0))
	x, y := make([]float32, 4096), make([]float32, 4096)
	for i := range x {
		x[i] = 8*rng.Float32() - 4
	}
	for _, f := range []struct {
		name string
		run  func()
	}{
		{"Exp", func() { kernel.Exp(y, x) }},
		{"Logistic", func() { kernel.Logistic(y, x) }},
		{"Tanh", func() { kernel.Tanh(y, x) }},
		{"Sum", func() { kernel.Sum(x) }},
		{"Transpose", func() { kernel.Transpose2D(y, 64, x, 64, 64, 64) }},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				f.run()
			}
		})
	}
	for layout, name := range []string{"Product", "ProductTransposedA", "ProductTransposedB"} {
		b.Run(name, func(b *testing.B) {
			p := randomProduct(rng, 64, 64, 64, layout == 1, layout == 2, 0)
			var ws kernel.Workspace
			for b.Loop() {
				kernel.Gemm(&p.GemmArgs, &ws)
			}
		})
	}
}
