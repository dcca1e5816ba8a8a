package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

func TestLayerNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 0))
	atEveryLevel(t, func(t *testing.T) {
		for cols := 1; cols <= longest; cols++ {
			const rows = 3
			src, gamma, beta := normals(rng, rows*cols), normals(rng, cols), normals(rng, cols)
			for variant := range 4 {
				g, b := gamma, beta
				if variant&1 == 0 {
					g = nil
				}
				if variant&2 == 0 {
					b = nil
				}
				buffer := append(make([]float32, rows*cols), guard)
				dst := buffer[:rows*cols]
				kernel.LayerNorm(dst, src, g, b, rows, cols, 1e-5)
				for i := range dst {
					want := normalised(src[i/cols*cols:][:cols], g, b, i%cols)
					if !(math.Abs(float64(dst[i])-want) <= 1e-5*(1+math.Abs(want))) {
						t.Fatalf("%d columns, element %d: got %g, want %g", cols, i, dst[i], want)
					}
				}
				if buffer[rows*cols] != guard {
					t.Fatalf("%d columns: wrote beyond dst", cols)
				}
			}
		}
	})
}

func normalised(row, gamma, beta []float32, j int) float64 {
	var mean, variance float64
	for _, x := range row {
		mean += float64(x) / float64(len(row))
	}
	for _, x := range row {
		variance += (float64(x) - mean) * (float64(x) - mean) / float64(len(row))
	}
	y := (float64(row[j]) - mean) / math.Sqrt(variance+1e-5)
	if gamma != nil {
		y *= float64(gamma[j])
	}
	if beta != nil {
		y += float64(beta[j])
	}
	return y
}

func TestSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 0))
	atEveryLevel(t, func(t *testing.T) {
		for cols := 1; cols <= longest; cols++ {
			const rows = 3
			src := normals(rng, rows*cols)
			kernel.MulS(src, src, 30)
			buffer := append(make([]float32, rows*cols), guard)
			kernel.Softmax(buffer[:rows*cols], src, rows, cols)
			inPlace := append([]float32(nil), src...)
			kernel.Softmax(inPlace, inPlace, rows, cols)
			for i, got := range buffer[:rows*cols] {
				want := share(src[i/cols*cols:][:cols], i%cols)
				if !(math.Abs(float64(got)-want) <= 1e-5*want+1e-37) {
					t.Fatalf("%d columns, element %d: got %g, want %g", cols, i, got, want)
				}
				if inPlace[i] != got {
					t.Fatalf("%d columns, element %d: in place %g, else %g", cols, i, inPlace[i], got)
				}
			}
			if buffer[rows*cols] != guard {
				t.Fatalf("%d columns: wrote beyond dst", cols)
			}
		}
	})
}

func share(row []float32, j int) float64 {
	sum := 0.0
	for _, x := range row {
		sum += math.Exp(float64(x) - float64(row[j]))
	}
	return 1 / sum
}

func TestSoftmaxOfNaNIsNaN(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		x := normals(rand.New(rand.NewPCG(14, 0)), 40)
		x[33] = float32(math.NaN())
		kernel.Softmax(x, x, 1, 40)
		for i, v := range x {
			if v == v {
				t.Fatalf("element %d is %g", i, v)
			}
		}
	})
}

func TestAdam(t *testing.T) {
	h := kernel.Adam{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Debias1: 10, Debias2: 1000, Epsilon: 1e-8, WeightDecay: 0.01}
	rng := rand.New(rand.NewPCG(15, 0))
	atEveryLevel(t, func(t *testing.T) {
		for n := 0; n <= longest; n++ {
			p, m, v, g := normals(rng, n+1), normals(rng, n+1), normals(rng, n+1), normals(rng, n+1)
			kernel.Abs(v, v)
			p[n], m[n], v[n] = guard, guard, guard
			wantP, wantM, wantV := adamStep(h, p[:n], m, v, g)
			h.Update(p[:n], m, v, g)
			for i := range n {
				if !near(p[i], wantP[i]) || !near(m[i], wantM[i]) || !near(v[i], wantV[i]) {
					t.Fatalf("n = %d, element %d: got %g, %g, %g, want %g, %g, %g", n, i, p[i], m[i], v[i], wantP[i], wantM[i], wantV[i])
				}
			}
			if p[n] != guard || m[n] != guard || v[n] != guard {
				t.Fatalf("n = %d: wrote beyond the parameters", n)
			}
		}
	})
}

func near(got float32, want float64) bool {
	return math.Abs(float64(got)-want) <= 1e-6*(1+math.Abs(want))
}

func adamStep(h kernel.Adam, p, m, v, g []float32) (newP, newM, newV []float64) {
	for i := range p {
		x, grad := float64(p[i]), float64(g[i])
		a := float64(h.Beta1)*float64(m[i]) + (1-float64(h.Beta1))*grad
		b := float64(h.Beta2)*float64(v[i]) + (1-float64(h.Beta2))*grad*grad
		step := a*float64(h.Debias1)/(math.Sqrt(b*float64(h.Debias2))+float64(h.Epsilon)) + float64(h.WeightDecay)*x
		newP, newM, newV = append(newP, x-float64(h.LearningRate)*step), append(newM, a), append(newV, b)
	}
	return newP, newM, newV
}
