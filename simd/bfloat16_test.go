package simd_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd"
	"gsdnet/simd/internal/kernel"
)

// needBFloat16 skips the test where there are no instructions for bfloat16.
func needBFloat16(t testing.TB) {
	t.Helper()
	if !kernel.HasBFloat16() {
		t.Skip("SKIPPED: products in bfloat16 are not checked without AVX512_BF16 at the level avx512")
	}
}

// Products are near those of float32, but not the same.
func TestBFloat16IsNearFloat32(t *testing.T) {
	needBFloat16(t)
	rng := rand.New(rand.NewPCG(71, 72))
	in := []array{random(rng, dtypes.Float32, 96, 128), random(rng, dtypes.Float32, 128, 70)}
	coarse := newBackend(t, "bf16")
	// 128 terms up to 4, each with two relative errors of at most 2⁻⁹.
	same(t, coarse, newBackend(t, ""), dot([]int{1}, nil, []int{0}, nil), in, 0, 128*4*2.0/512)
	got, err := execute(coarse, dot([]int{1}, nil, []int{0}, nil), in)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := execute(newBackend(t, ""), dot([]int{1}, nil, []int{0}, nil), in)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(got, exact) {
		t.Error("the product was computed in float32")
	}
}

// Products that are too small for it stay in float32, to the last bit.
func TestBFloat16LeavesSmallProducts(t *testing.T) {
	needBFloat16(t)
	rng := rand.New(rand.NewPCG(73, 74))
	for _, size := range [][3]int{{11, 128, 128}, {128, 15, 128}, {128, 128, 15}} {
		in := []array{random(rng, dtypes.Float32, size[0], size[2]), random(rng, dtypes.Float32, size[1], size[2])}
		same(t, newBackend(t, "bf16"), newBackend(t, ""), dot([]int{1}, nil, []int{1}, nil), in, 0, 0)
	}
}

func TestBFloat16HasTheSameBitsWhateverTheWorkers(t *testing.T) {
	needBFloat16(t)
	in := largeInputs()
	want, err := execute(newBackend(t, "bf16,workers=1"), large, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{2, 3, 7} {
		got, err := execute(newBackend(t, fmt.Sprint("bf16,workers=", workers)), large, in)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers gave other bits than one", workers)
		}
	}
}

// A set of instructions without bfloat16 refuses the option, and so does a value that it
// does not take.
func TestBFloat16IsRefused(t *testing.T) {
	_, err := simd.New("bf16=yes")
	refused(t, err, "want bf16 alone")
	was := kernel.Current()
	defer kernel.SetLevel(was)
	kernel.SetLevel(kernel.Generic)
	_, err = simd.New("", simd.WithBFloat16())
	refused(t, err, "simd: bf16 needs the instructions AVX512_BF16, which")
}
