package main

import (
	"bytes"
	"fmt"
	"os"
)

// instructions is a set of vector instructions, by its names here and there.
type instructions struct {
	ours, theirs string // GSDNET_SIMD and OPENBLAS_CORETYPE
}

var avx512, avx2 = instructions{"avx512", "SkylakeX"}, instructions{"avx2", "Haswell"}

// products compares matrix products with OpenBLAS on one thread.
func (s *session) products(b *bytes.Buffer) error {
	for _, set := range []instructions{avx512, avx2} {
		blas := startPeer(s.python, "OPENBLAS_CORETYPE="+set.theirs, "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
		s.productsOn(b, set, blas)
		blas.close()
	}
	return nil
}

func (s *session) productsOn(b *bytes.Buffer, set instructions, blas *peer) {
	fmt.Fprintf(b, "\n## Matrix products, one thread, against OpenBLAS: %s\n\n`GSDNET_SIMD=%[1]s` and `OPENBLAS_CORETYPE=%s`.\n\n| product | GFLOP/s | OpenBLAS | ratio | at least 0.75 |\n|:--|--:|--:|--:|:--|\n", set.ours, set.theirs)
	for _, p := range []struct{ m, n, k, batch int }{{128, 128, 128, 1}, {256, 256, 256, 1}, {512, 512, 512, 1}, {1024, 1024, 1024, 1}, {96, 256, 96, 32}} {
		for layout, name := range []string{"AB", "AᵀB", "ABᵀ", "AᵀBᵀ"} {
			shape := fmt.Sprintf("%dx%dx%d", p.m, p.n, p.k)
			flops := 2 * float64(p.m) * float64(p.n) * float64(p.k) * float64(p.batch) / 1e9
			fmt.Fprintf(os.Stderr, "product %s %s %s\n", set.ours, shape, name)
			ours, theirs, err := s.alternate(
				func() (float64, error) {
					speed, err := s.benchOn(set, "kernel", exact("BenchmarkGemm", shape, fmt.Sprintf("batch=%d", p.batch), name), "100ms", "GFLOP/s")
					return flops / speed, err
				},
				func() (float64, error) {
					return blas.seconds(map[string]any{"op": "sgemm", "m": p.m, "n": p.n, "k": p.k, "batch": p.batch, "ta": layout&1 == 1, "tb": layout&2 == 2}, "seconds")
				})
			if err != nil {
				fmt.Fprintf(b, "| %d×%s %s | not measured: %s |\n", p.batch, shape, name, brief(err))
				continue
			}
			fmt.Fprintf(b, "| %d×[%d×%d]·[%d×%d] %s | %.0f | %.0f | %.2f | %s |\n", p.batch, p.m, p.k, p.k, p.n, name, flops/ours, flops/theirs, theirs/ours, verdict(theirs/ours, 0.75))
		}
	}
}

// scaling compares one worker with two.
func (s *session) scaling(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Two workers against one\n\n| product | one, µs | two, µs | ratio | at least 1.7 |\n|:--|--:|--:|--:|:--|\n")
	for _, name := range []string{"256", "512", "1024", "32x96x96x256"} {
		fmt.Fprintf(os.Stderr, "scaling %s\n", name)
		one, two, err := s.alternate(
			func() (float64, error) {
				return s.bench("simd", exact("BenchmarkScaling", name, "workers=1"), "300ms", "min-µs")
			},
			func() (float64, error) {
				return s.bench("simd", exact("BenchmarkScaling", name, ""), "300ms", "min-µs")
			})
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "| %s | %.0f | %.0f | %.2f | %s |\n", name, one, two, one/two, verdict(one/two, 1.7))
	}
	return nil
}

// operations compares single operations with PyTorch, two threads each.
func (s *session) operations(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Operations on 8×288×128, two threads, against PyTorch\n\n| operation | µs | PyTorch, µs | ratio | at least 1 |\n|:--|--:|--:|--:|:--|\n")
	for _, name := range []string{"bias", "add", "exp", "silu", "layernorm", "softmax", "rowsums", "colsums", "transpose", "normal", "A·H", "Hᵀ·H", "Aᵀ·H"} {
		fmt.Fprintf(os.Stderr, "operation %s\n", name)
		ours, theirs, err := s.alternate(
			func() (float64, error) {
				pattern := exact("BenchmarkOperations", name, "")
				if name == "normal" {
					pattern = exact("BenchmarkNormal")
				}
				us, err := s.bench("simd", pattern, "150ms", "min-µs")
				return us / 1e6, err
			},
			func() (float64, error) { return s.torch.seconds(map[string]any{"op": name}, "seconds") })
		if err != nil {
			fmt.Fprintf(b, "| %s | not measured: %s |\n", name, brief(err))
			continue
		}
		fmt.Fprintf(b, "| %s | %.0f | %.0f | %.2f | %s |\n", name, 1e6*ours, 1e6*theirs, theirs/ours, verdict(theirs/ours, 1))
	}
	return nil
}

// fused compares fused passes with a plain copy, by bytes read and written.
func (s *session) fused(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Fused passes, one thread, against a plain copy\n\nShare of the copy's bandwidth, by the bytes read and written.\n\n| pass | GB/s | copy, GB/s | share | at least 0.6 |\n|:--|--:|--:|--:|:--|\n")
	for _, p := range []struct{ group, name string }{{"Rows", "LayerNorm"}, {"Rows", "Softmax"}, {"Unary", "SiLU"}, {"Rows", "Adam"}} {
		fmt.Fprintf(os.Stderr, "fused %s\n", p.name)
		pass, plain, err := s.alternate(
			func() (float64, error) {
				return s.bench("kernel", exact("Benchmark"+p.group, p.name), "200ms", "MB/s")
			},
			func() (float64, error) {
				return s.bench("kernel", exact("BenchmarkUnary", "copy"), "200ms", "MB/s")
			})
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "| %s | %.0f | %.0f | %.2f | %s |\n", p.name, pass/1e3, plain/1e3, pass/plain, verdict(pass/plain, 0.6))
	}
	return nil
}
