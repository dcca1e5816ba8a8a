package kernel_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gsdnet/simd/internal/kernel"
)

func TestSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 0))
	atEveryLevel(t, func(t *testing.T) {
		for _, n := range append(upTo(longest), 1000, 12345) {
			a := normals(rng, n+1)[1:]
			var sum, scale float64
			for _, x := range a {
				sum += float64(x)
				scale += math.Abs(float64(x))
			}
			checkNear(t, "Sum", n, kernel.Sum(a), sum, scale)
		}
	})
}

func checkNear(t *testing.T, name string, n int, got float32, want, scale float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 1e-6*scale) {
		t.Errorf("%s of %d elements: got %g, want %g", name, n, got, want)
	}
}

func upTo(n int) []int {
	var all []int
	for i := range n + 1 {
		all = append(all, i)
	}
	return all
}

// The order of the terms depends on the length alone: not on where the array
// lies in memory.
func TestSumIgnoresAlignment(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		x := normals(rand.New(rand.NewPCG(10, 0)), 333)
		want := kernel.Sum(x)
		for shift := range 17 {
			moved := append(make([]float32, shift), x...)
			if got := kernel.Sum(moved[shift:]); got != want {
				t.Errorf("shifted by %d: got %g, want %g", shift, got, want)
			}
		}
	})
}

func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 0))
	nan, zero := float32(math.NaN()), float32(math.Copysign(0, -1))
	atEveryLevel(t, func(t *testing.T) {
		for n := 1; n <= longest; n++ {
			x := normals(rng, n)
			if got, want := kernel.ReduceMax(x), slices.Max(x); got != want {
				t.Errorf("ReduceMax of %d elements: got %g, want %g", n, got, want)
			}
			if got, want := kernel.ReduceMin(x), slices.Min(x); got != want {
				t.Errorf("ReduceMin of %d elements: got %g, want %g", n, got, want)
			}
			for i := range x {
				x[i] = zero
			}
			x[n/2] = 0
			if math.Signbit(float64(kernel.ReduceMax(x))) || n > 1 && !math.Signbit(float64(kernel.ReduceMin(x))) {
				t.Errorf("%d elements: zeros of both signs are not told apart", n)
			}
			x[n/3] = nan
			if a, b := kernel.ReduceMax(x), kernel.ReduceMin(x); a == a || b == b {
				t.Errorf("%d elements: NaN is lost", n)
			}
		}
		if a, b := kernel.ReduceMax(nil), kernel.ReduceMin(nil); !math.IsInf(float64(a), -1) || !math.IsInf(float64(b), 1) {
			t.Errorf("of nothing: got %g and %g", a, b)
		}
	})
}

func TestSumRowsAndColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 0))
	atEveryLevel(t, func(t *testing.T) {
		for cols := 0; cols <= longest; cols++ {
			for _, rows := range []int{0, 1, 2, 7} {
				lds := cols + 3
				wide := normals(rng, rows*lds)
				sums := append(make([]float32, cols), guard)
				kernel.SumColumns(sums[:cols], wide, lds, rows, cols)
				var dense []float32
				want := make([]float32, cols+1)
				want[cols] = guard
				for r := range rows {
					dense = append(dense, wide[r*lds:][:cols]...)
					for c := range cols {
						want[c] += wide[r*lds+c]
					}
				}
				compareBits(t, "SumColumns", sums, want)
				ends := append(make([]float32, rows), guard)
				kernel.SumRows(ends[:rows], dense, rows, cols)
				for r := range rows {
					if want := kernel.Sum(dense[r*cols:][:cols]); ends[r] != want {
						t.Fatalf("%d columns, row %d: got %g, want %g", cols, r, ends[r], want)
					}
				}
				if ends[rows] != guard {
					t.Fatalf("%d rows: wrote beyond dst", rows)
				}
			}
		}
	})
}
