package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gsdnet/simd/internal/kernel"
	"pgregory.net/rapid"
)

// needBFloat16 skips the test where there are no instructions for bfloat16.
func needBFloat16(t testing.TB) {
	t.Helper()
	if !kernel.HasBFloat16() {
		t.Skip("SKIPPED: products in bfloat16 are not checked without AVX512_BF16 at the level avx512")
	}
}

// rounded returns numbers rounded to bfloat16, to nearest even.
func rounded(x []float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		bits := math.Float32bits(v)
		bits += 0x7fff + bits>>16&1
		out[i] = math.Float32frombits(bits &^ 0xffff)
	}
	return out
}

// runBFloat16 computes the product in bfloat16 and leaves the rounded operands for check.
func (p *product) runBFloat16() {
	p.BFloat16 = true
	kernel.Gemm(&p.GemmArgs, nil)
	p.A, p.B = rounded(p.A), rounded(p.B)
}

func TestBFloat16AgainstFloat64(t *testing.T) {
	needBFloat16(t)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(0, 300))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		m, n, k := size.Draw(t, "m"), size.Draw(t, "n"), rapid.OneOf(size, rapid.IntRange(1, 1000)).Draw(t, "k")
		for m*n*k > 1e6 {
			m, n = (m+1)/2, (n+1)/2
		}
		p := randomProduct(rng, m, n, k, rapid.Bool().Draw(t, "transA"), rapid.Bool().Draw(t, "transB"), rapid.IntRange(0, 3).Draw(t, "gap"))
		p.Alpha = rapid.SampledFrom([]float32{1, 1, -0.5, 0}).Draw(t, "alpha")
		p.Beta = rapid.SampledFrom([]float32{0, 1, 0.25}).Draw(t, "beta")
		p.runBFloat16()
		p.check(t)
	})
}

// Every K is summed right, whole blocks of k and those with an odd end among them.
func TestBFloat16OfEveryDepth(t *testing.T) {
	needBFloat16(t)
	rng := rand.New(rand.NewPCG(31, 0))
	for k := 1; k <= 1000; k++ {
		p := randomProduct(rng, 1+k%14, 1+k%37, k, k&1 == 1, k&2 == 2, k%3)
		p.runBFloat16()
		p.check(t)
	}
}

// Rows and columns beyond one block of each.
func TestBFloat16OfManyBlocks(t *testing.T) {
	needBFloat16(t)
	for layout := range 4 {
		p := randomProduct(rand.New(rand.NewPCG(32, 0)), 205, 1050, 33, layout&1 == 1, layout&2 == 2, 1)
		p.runBFloat16()
		p.check(t)
	}
}

func TestBFloat16TilesHaveTheBitsOfTheWhole(t *testing.T) {
	needBFloat16(t)
	for _, s := range [][3]int{{150, 100, 300}, {97, 301, 129}, {25, 1000, 641}, {2, 999, 1000}, {2000, 7, 300}} {
		for layout := range 4 {
			p := randomProduct(rand.New(rand.NewPCG(33, 0)), s[0], s[1], s[2], layout&1 == 1, layout&2 == 2, 0)
			p.Beta, p.BFloat16 = float32(layout)/2, true
			kernel.Gemm(&p.GemmArgs, nil)
			for _, workers := range []int{2, 3, 7} {
				checkTiles(t, p, workers)
			}
		}
	}
}

// A NaN or an infinity reaches its row or column, and nothing else; what rounds beyond
// the largest bfloat16 is infinite.
func TestBFloat16PassesNaNAndInfinityOn(t *testing.T) {
	needBFloat16(t)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for layout := range 4 {
		for _, special := range []float32{nan, inf, -inf, math.MaxFloat32} {
			p := randomProduct(rand.New(rand.NewPCG(34, 0)), 14, 35, 41, layout&1 == 1, layout&2 == 2, 0)
			row, k := 13, 40
			at := row*p.LDA + k
			if p.TransA {
				at = k*p.LDA + row
			}
			p.A[at] = special
			p.BFloat16 = true
			kernel.Gemm(&p.GemmArgs, nil)
			for i, c := range p.C {
				finite := !math.IsNaN(float64(c)) && !math.IsInf(float64(c), 0)
				if finite == (i/p.LDC == row) {
					t.Fatalf("layout %d, %g: C[%d,%d] = %g", layout, special, i/p.LDC, i%p.LDC, c)
				}
				if i/p.LDC == row && math.IsNaN(float64(c)) != math.IsNaN(float64(special)) {
					t.Fatalf("layout %d, %g: C[%d,%d] = %g", layout, special, i/p.LDC, i%p.LDC, c)
				}
			}
		}
	}
}

// Products with one workspace allocate nothing after the first.
func TestBFloat16AllocatesNothing(t *testing.T) {
	needBFloat16(t)
	p := randomProduct(rand.New(rand.NewPCG(35, 0)), 64, 64, 65, true, true, 0)
	p.BFloat16 = true
	var ws kernel.Workspace
	kernel.Gemm(&p.GemmArgs, &ws)
	if n := testing.AllocsPerRun(10, func() { kernel.Gemm(&p.GemmArgs, &ws) }); n > 0 {
		t.Errorf("%g allocations per product", n)
	}
}

func TestBFloat16IsRefusedWithoutItsInstructions(t *testing.T) {
	was := kernel.Current()
	defer kernel.SetLevel(was)
	kernel.SetLevel(kernel.Generic)
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "bfloat16") {
			t.Errorf("got panic %q, want one that names bfloat16", got)
		}
	}()
	p := randomProduct(rand.New(rand.NewPCG(36, 0)), 16, 16, 32, false, false, 0)
	p.BFloat16 = true
	kernel.Gemm(&p.GemmArgs, nil)
}

// BenchmarkBFloat16 times products in float32 and in bfloat16, of a B that lies as it is and
// of one that is transposed.
func BenchmarkBFloat16(b *testing.B) {
	needBFloat16(b)
	for _, s := range [][3]int{{64, 3072, 768}, {768, 768, 768}, {768, 128, 128}, {96, 96, 96}} {
		for _, layout := range []int{0, 2} {
			for _, bfloat16 := range []bool{false, true} {
				name := fmt.Sprintf("%dx%dx%d/A%s/bfloat16=%v", s[0], s[1], s[2], []string{"B", "", "Bᵀ"}[layout], bfloat16)
				b.Run(name, func(b *testing.B) { benchmarkGemm(b, s[0], s[1], s[2], 1, layout, bfloat16) })
			}
		}
	}
}
