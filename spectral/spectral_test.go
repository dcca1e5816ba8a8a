package spectral_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"gsdnet/spectral"
)

// randomRows draws a conversation of n utterances in which a cell is absent with
// probability missing.
func randomRows(rng *rand.Rand, n int, missing float64) spectral.Rows {
	var x spectral.Rows
	for m := range x {
		x[m] = make([][]float64, n)
		for i := range n {
			if rng.Float64() < missing {
				continue
			}
			x[m][i] = make([]float64, 3+m)
			for j := range x[m][i] {
				x[m][i][j] = rng.NormFloat64()
			}
		}
	}
	return x
}

func TestSimilarityOfKnownAngles(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{1, 0}, []float64{2, 0}, 1},
		{[]float64{1, 0}, []float64{0, 3}, 0.5},
		{[]float64{1, 0}, []float64{-1, 0}, 0},
		{[]float64{1, 0}, []float64{1, 1}, 0.75},
		{[]float64{0, 0}, []float64{1, 1}, spectral.Unknown},
		{[]float64{1e-200, 0}, []float64{1, 0}, 1},
	} {
		got := spectral.Similarity(c.x, c.y)
		if c.x[0] == 1e-200 {
			// The square underflows to zero: a vector that small counts as zero.
			c.want = spectral.Unknown
		}
		if math.Abs(got-c.want) > 1e-12 {
			t.Errorf("Similarity(%v, %v): got %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

func TestMissingEndsFallBackToTheOtherModalities(t *testing.T) {
	x := spectral.Rows{
		{{1, 0}, nil, {1, 0}},
		{{1, 0}, {0, 1}, nil},
		{{1, 0}, {1, 0}, nil},
	}
	w := spectral.Weights(x, 0)
	// Edge 0-1: audio .5 and visual 1 are known, text is their mean.
	// Edge 0-2: only text is known. Edge 1-2: nothing is.
	want := [3][3]float64{{0.75, 1, 0.5}, {0.5, 1, 0.5}, {1, 1, 0.5}}
	for m := range w {
		got := [3]float64{w[m].At(0, 1), w[m].At(0, 2), w[m].At(1, 2)}
		if got != want[m] {
			t.Errorf("modality %d: got %v, want %v", m, got, want[m])
		}
	}
}

func TestWindowBoundsTheEdges(t *testing.T) {
	x := randomRows(rand.New(rand.NewPCG(1, 1)), 9, 0.3)
	for m, w := range spectral.Weights(x, 2) {
		for i := range 9 {
			for j := range 9 {
				inside := i-j <= 2 && j-i <= 2
				if got := w.At(i, j) > 0; got && !inside {
					t.Errorf("modality %d joins %d and %d across the window", m, i, j)
				}
			}
			if w.At(i, i) != 1 {
				t.Errorf("W[%d,%d]: got %v, want 1", i, i, w.At(i, i))
			}
		}
	}
}

func TestNormalisedGraphHasItsSpectrumInTheUnitInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		n := rapid.IntRange(1, 24).Draw(t, "n")
		w := spectral.Weights(randomRows(rng, n, 0.4), rapid.IntRange(0, 8).Draw(t, "window"))
		values, err := spectral.Eigenvalues(spectral.Reference(w), n)
		if err != nil {
			t.Fatal(err)
		}
		// 1 is an eigenvalue of every normalised graph, with eigenvector D^{1/2}·1.
		if got := values[0]; math.Abs(got-1) > 1e-9 {
			t.Errorf("largest |λ|: got %v, want 1", got)
		}
	})
}

func TestFullSpectrumRebuildsTheMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	a := spectral.Reference(spectral.Weights(randomRows(rng, 17, 0.5), 6))
	s, err := spectral.Decompose(a, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := spectral.RelativeError(a, s.Rebuild(s.Ref)); got > 1e-12 {
		t.Errorf("‖A − UΛUᵀ‖/‖A‖: got %v, want 0", got)
	}
	var gram mat.Dense
	gram.Mul(s.U.T(), s.U)
	if identity := eye(17); !mat.EqualApprox(&gram, identity, 1e-12) {
		t.Errorf("UᵀU is not the identity")
	}
}

func TestRankKeepsTheReferenceWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	a := spectral.Reference(spectral.Weights(randomRows(rng, 20, 0.5), 6))
	for _, rank := range []int{1, 5, 19, 20, 50} {
		s, err := spectral.Decompose(a, rank)
		if err != nil {
			t.Fatal(err)
		}
		if want := min(rank, 20); s.Rank() != want {
			t.Errorf("rank %d: kept %d, want %d", rank, s.Rank(), want)
		}
		if got := spectral.RelativeError(a, s.Rebuild(s.Ref)); got > 1e-12 {
			t.Errorf("rank %d: ‖A_ref − rebuilt‖/‖A_ref‖: got %v, want 0", rank, got)
		}
	}
}

// Among the diagonals in a fixed basis, the projection is the least-squares one:
// every change of it makes the distance to A larger.
func TestProjectionIsTheNearestDiagonal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 9))
		x := randomRows(rng, 12, 0.3)
		w := spectral.Weights(x, 6)
		s, err := spectral.Decompose(spectral.Reference(w), rapid.IntRange(1, 12).Draw(t, "rank"))
		if err != nil {
			t.Fatal(err)
		}
		a := spectral.Normalise(w[0])
		lambda := s.Project(a)
		best := spectral.RelativeError(a, s.Rebuild(lambda))
		for k := range lambda {
			for _, step := range []float64{-1e-3, 1e-3} {
				moved := append([]float64(nil), lambda...)
				moved[k] += step
				if got := spectral.RelativeError(a, s.Rebuild(moved)); got <= best {
					t.Fatalf("λ[%d]%+g: error %v is not above %v", k, step, got, best)
				}
			}
		}
	})
}

func eye(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 1)
	}
	return m
}

func BenchmarkDecompose96(b *testing.B) {
	a := spectral.Reference(spectral.Weights(randomRows(rand.New(rand.NewPCG(4, 4)), 96, 0.3), 6))
	for b.Loop() {
		if _, err := spectral.Decompose(a, 32); err != nil {
			b.Fatal(err)
		}
	}
}
