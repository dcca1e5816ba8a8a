package kernel_test

import (
	"testing"

	"gsdnet/simd/internal/kernel"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		value string
		want  kernel.Level
		fails bool
	}{
		{"", kernel.Detect(), false},
		{"generic", kernel.Generic, false},
		{"avx2", kernel.AVX2, !kernel.Available(kernel.AVX2)},
		{"avx512", kernel.AVX512, !kernel.Available(kernel.AVX512)},
		{"neon", kernel.NEON, !kernel.Available(kernel.NEON)},
		{"AVX512", kernel.Detect(), true},
		{"sse", kernel.Detect(), true},
	} {
		t.Setenv(kernel.Variable, c.value)
		got, err := kernel.Choose()
		if (err != nil) != c.fails || err == nil && got != c.want {
			t.Errorf("%s=%q: got %v and error %v, want %v", kernel.Variable, c.value, got, err, c.want)
		}
	}
}
