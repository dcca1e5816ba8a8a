package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gsdnet/simd/internal/kernel"
	"pgregory.net/rapid"
)

// atEveryLevel runs f as a subtest under each level the processor has.
func atEveryLevel(t *testing.T, f func(t *testing.T)) {
	was := kernel.Current()
	defer kernel.SetLevel(was)
	for l := kernel.Generic; l <= kernel.Detect(); l++ {
		if !kernel.Available(l) {
			continue
		}
		kernel.SetLevel(l)
		t.Run(l.String(), f)
	}
}

// product is a random product with the reference answer in float64.
type product struct {
	kernel.GemmArgs
	before []float32 // C before the product
}

func randomProduct(rng *rand.Rand, m, n, k int, transA, transB bool, gap int) *product {
	p := &product{GemmArgs: kernel.GemmArgs{M: m, N: n, K: k, Alpha: 1, TransA: transA, TransB: transB}}
	matrix := func(rows, cols int, flip bool) ([]float32, int) {
		if flip {
			rows, cols = cols, rows
		}
		return normals(rng, rows*(cols+gap)), cols + gap
	}
	p.A, p.LDA = matrix(m, k, transA)
	p.B, p.LDB = matrix(k, n, transB)
	p.C, p.LDC = matrix(m, n, false)
	p.before = append([]float32(nil), p.C...)
	return p
}

func normals(rng *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// check compares C with the product in float64. The error of a sum of k terms
// grows with the sum of their magnitudes.
func (p *product) check(t interface{ Fatalf(string, ...any) }) {
	for i := range p.M {
		for j := range p.LDC {
			at := i*p.LDC + j
			if j >= p.N {
				if p.C[at] != p.before[at] {
					t.Fatalf("column %d beyond the last was written in row %d", j, i)
				}
				continue
			}
			want, scale := p.want(i, j)
			if got := float64(p.C[at]); !(math.Abs(got-want) <= 1e-6*scale+1e-30) {
				t.Fatalf("C[%d,%d] = %g, want %g ± %g", i, j, got, want, 1e-6*scale)
			}
		}
	}
}

func (p *product) want(i, j int) (sum, scale float64) {
	for k := range p.K {
		a, b := i*p.LDA+k, k*p.LDB+j
		if p.TransA {
			a = k*p.LDA + i
		}
		if p.TransB {
			b = j*p.LDB + k
		}
		term := float64(p.Alpha) * float64(p.A[a]) * float64(p.B[b])
		sum, scale = sum+term, scale+math.Abs(term)
	}
	if p.Beta != 0 {
		term := float64(p.Beta) * float64(p.before[i*p.LDC+j])
		sum, scale = sum+term, scale+math.Abs(term)
	}
	return sum, scale
}

func TestGemmAgainstFloat64(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			size := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 300))
			rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			m, n, k := size.Draw(t, "m"), size.Draw(t, "n"), rapid.OneOf(size, rapid.IntRange(0, 900)).Draw(t, "k")
			for m*n*k > 1e6 {
				m, n = (m+1)/2, (n+1)/2
			}
			p := randomProduct(rng, m, n, k, rapid.Bool().Draw(t, "transA"), rapid.Bool().Draw(t, "transB"), rapid.IntRange(0, 3).Draw(t, "gap"))
			p.Alpha = rapid.SampledFrom([]float32{1, 1, -0.5, 0}).Draw(t, "alpha")
			p.Beta = rapid.SampledFrom([]float32{0, 1, 0.25}).Draw(t, "beta")
			kernel.Gemm(&p.GemmArgs, nil)
			p.check(t)
		})
	})
}

func TestGemmIgnoresWhatBetaZeroOverwrites(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		p := randomProduct(rand.New(rand.NewPCG(1, 0)), 30, 40, 20, false, false, 0)
		for i := range p.C {
			p.C[i] = float32(math.NaN())
		}
		kernel.Gemm(&p.GemmArgs, nil)
		p.check(t)
	})
}

func TestGemmTilesHaveTheBitsOfTheWhole(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, s := range [][3]int{{150, 100, 300}, {97, 301, 129}, {25, 1000, 64}, {2, 999, 1000}, {2000, 7, 300}} {
			for layout := range 4 {
				p := randomProduct(rand.New(rand.NewPCG(2, 0)), s[0], s[1], s[2], layout&1 == 1, layout&2 == 2, 0)
				p.Beta = float32(layout) / 2
				kernel.Gemm(&p.GemmArgs, nil)
				for _, workers := range []int{2, 3, 6} {
					checkTiles(t, p, workers)
				}
			}
		}
	})
}

// checkTiles runs the product in tiles at the same time and compares bits.
func checkTiles(t *testing.T, p *product, workers int) {
	t.Helper()
	g, whole := p.GemmArgs, p.C
	g.C = append([]float32(nil), p.before...)
	if n := g.Tiles(workers); n < 2 {
		t.Fatalf("%dx%dx%d is not cut for %d workers", g.M, g.N, g.K, workers)
	}
	var wg sync.WaitGroup
	for i := range g.Tiles(workers) {
		wg.Go(func() { g.RunTile(i, workers, nil) })
	}
	wg.Wait()
	for i := range whole {
		if math.Float32bits(whole[i]) != math.Float32bits(g.C[i]) {
			t.Fatalf("%dx%dx%d for %d workers: element %d is %g, whole product %g", g.M, g.N, g.K, workers, i, g.C[i], whole[i])
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range [][4]int{{64, 64, 64, 1}, {128, 128, 128, 1}, {256, 256, 256, 1}, {512, 512, 512, 1}, {1024, 1024, 1024, 1}, {96, 256, 96, 32}, {96, 128, 96, 32}} {
		for layout := range 4 {
			name := fmt.Sprintf("%dx%dx%d/batch=%d/A%sB%s", s[0], s[1], s[2], s[3], []string{"", "ᵀ"}[layout&1], []string{"", "ᵀ"}[layout>>1])
			b.Run(name, func(b *testing.B) { benchmarkGemm(b, s[0], s[1], s[2], s[3], layout, false) })
		}
	}
}

func benchmarkGemm(b *testing.B, m, n, k, count, layout int, bfloat16 bool) {
	if _, err := kernel.Choose(); err != nil {
		b.Fatal(err) // not the figures of other instructions than asked for
	}
	rng := rand.New(rand.NewPCG(5, 0))
	g := kernel.GemmArgs{M: m, N: n, K: k, Alpha: 1, TransA: layout&1 == 1, TransB: layout&2 == 2, BFloat16: bfloat16, LDA: k, LDB: n, LDC: n,
		A: normals(rng, count*m*k), B: normals(rng, count*k*n), C: make([]float32, count*m*n)}
	if g.TransA {
		g.LDA = m
	}
	if g.TransB {
		g.LDB = k
	}
	var ws kernel.Workspace
	for b.Loop() {
		for i := range count {
			one := g
			one.A, one.B, one.C = g.A[i*m*k:], g.B[i*k*n:], g.C[i*m*n:]
			kernel.Gemm(&one, &ws)
		}
	}
	b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(count)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func TestGemmRefusesShortMatrices(t *testing.T) {
	good := randomProduct(rand.New(rand.NewPCG(6, 0)), 5, 6, 7, false, false, 0).GemmArgs
	for name, spoil := range map[string]func(g *kernel.GemmArgs){
		"A":        func(g *kernel.GemmArgs) { g.A = g.A[1:] },
		"B":        func(g *kernel.GemmArgs) { g.B = g.B[1:] },
		"C":        func(g *kernel.GemmArgs) { g.C = g.C[1:] },
		"LDA":      func(g *kernel.GemmArgs) { g.LDA-- },
		"negative": func(g *kernel.GemmArgs) { g.K = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			bad := good
			spoil(&bad)
			kernel.Gemm(&bad, nil)
		})
	}
}

func TestGemmAllocatesNothing(t *testing.T) {
	p := randomProduct(rand.New(rand.NewPCG(7, 0)), 64, 64, 64, true, true, 0)
	var ws kernel.Workspace
	kernel.Gemm(&p.GemmArgs, &ws)
	if n := testing.AllocsPerRun(10, func() { kernel.Gemm(&p.GemmArgs, &ws) }); n > 0 {
		t.Errorf("%g allocations per product", n)
	}
}

// FuzzGemm looks for shapes, layouts and gaps that go wrong at the level in
// use; GSDNET_SIMD chooses another.
func FuzzGemm(f *testing.F) {
	f.Add(uint8(13), uint8(33), uint16(257), uint8(1), uint64(1))
	f.Add(uint8(200), uint8(5), uint16(64), uint8(6), uint64(2))
	f.Fuzz(func(t *testing.T, m, n uint8, k uint16, flags uint8, seed uint64) {
		p := randomProduct(rand.New(rand.NewPCG(seed, 0)), int(m), int(n), int(k%1024), flags&1 > 0, flags&2 > 0, int(flags>>6))
		p.Beta = float32(flags >> 2 & 1)
		kernel.Gemm(&p.GemmArgs, nil)
		p.check(t)
	})
}
