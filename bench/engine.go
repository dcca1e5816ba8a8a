package main

import (
	"bytes"
	"fmt"
	"strings"
)

// instructions is a set of vector instructions, by its names here and there.
type instructions struct {
	ours, theirs string // GSDNET_SIMD and OPENBLAS_CORETYPE
}

var avx512, avx2 = instructions{"avx512", "SkylakeX"}, instructions{"avx2", "Haswell"}

// products compares matrix products with OpenBLAS on one thread.
func (s *session) products(b *bytes.Buffer) error {
	for _, set := range []instructions{avx512, avx2} {
		fmt.Fprintf(b, "\n## Matrix products, one thread, against OpenBLAS: %s\n\n`GSDNET_SIMD=%[1]s` and `OPENBLAS_CORETYPE=%s`.\n\n| product | GFLOP/s | OpenBLAS | ratio | at least 0.75 |\n|:--|--:|--:|--:|:--|\n", set.ours, set.theirs)
		blas := startPeer(s.python, "OPENBLAS_CORETYPE="+set.theirs, "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
		s.table(b, s.productPairs(set, blas), share, 0.75)
		blas.close()
	}
	return nil
}

func (s *session) productPairs(set instructions, blas *peer) (pairs []*pair) {
	for _, p := range []struct{ m, n, k, batch int }{{128, 128, 128, 1}, {256, 256, 256, 1}, {512, 512, 512, 1}, {1024, 1024, 1024, 1}, {96, 256, 96, 32}} {
		for layout, name := range []string{"AB", "AᵀB", "ABᵀ", "AᵀBᵀ"} {
			pattern := exact("BenchmarkGemm", fmt.Sprintf("%dx%dx%d", p.m, p.n, p.k), fmt.Sprintf("batch=%d", p.batch), name)
			request := map[string]any{"op": "sgemm", "m": p.m, "n": p.n, "k": p.k, "batch": p.batch, "ta": layout&1 == 1, "tb": layout&2 == 2}
			flops := 2 * float64(p.m) * float64(p.n) * float64(p.k) * float64(p.batch) / 1e9
			pairs = append(pairs, &pair{name: fmt.Sprintf("%d×[%d×%d]·[%d×%d] %s", p.batch, p.m, p.k, p.k, p.n, name),
				ours: func() (float64, error) { return s.benchOn(set, "kernel", pattern, "100ms", "GFLOP/s") },
				theirs: func() (float64, error) {
					seconds, err := blas.seconds(request, "seconds")
					return flops / seconds, err
				}})
		}
	}
	return pairs
}

// fewRows compares products of few rows with the reading of B.
func (s *session) fewRows(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Products of few rows, one thread, against the reading of B\n\nB lies in memory. A sum of its elements does nothing but read it.\n\n| product | GB/s | sum, GB/s | ratio | at least 0.6 |\n|:--|--:|--:|--:|:--|\n")
	var pairs []*pair
	for _, set := range []instructions{avx512, avx2} {
		on := func(pattern string) func() (float64, error) {
			return func() (float64, error) { return s.benchOn(set, "kernel", pattern, "100ms", "GB/s") }
		}
		for rows := 1; rows <= 4; rows++ {
			for _, layout := range []string{"AB", "ABᵀ"} {
				pairs = append(pairs, &pair{
					name: fmt.Sprintf("%s: [%d×4096]·[4096×4096] %s", set.ours, rows, layout),
					ours: on(exact("BenchmarkSkinny", fmt.Sprint(rows), layout)), theirs: on(exact("BenchmarkSkinny", "read")),
				})
			}
		}
	}
	s.table(b, pairs, share, 0.6)
	return nil
}

// scaling compares one worker with two.
func (s *session) scaling(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Two workers against one\n\n| product | one, µs | two, µs | ratio | at least 1.7 |\n|:--|--:|--:|--:|:--|\n")
	var pairs []*pair
	for _, name := range []string{"256", "512", "1024", "32x96x96x256"} {
		on := func(workers string) func() (float64, error) {
			return func() (float64, error) {
				return s.bench("simd", exact("BenchmarkScaling", name, workers), "300ms", "min-µs")
			}
		}
		pairs = append(pairs, &pair{name: name, ours: on("workers=1"), theirs: on("")})
	}
	s.table(b, pairs, share, 1.7)
	return nil
}

// operations compares single operations with PyTorch, two threads each.
func (s *session) operations(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Operations on 8×288×128, two threads, against PyTorch\n\n| operation | µs | PyTorch, µs | ratio | at least 1 |\n|:--|--:|--:|--:|:--|\n")
	var pairs []*pair
	for _, name := range []string{"bias", "add", "exp", "silu", "layernorm", "softmax", "rowsums", "colsums", "transpose", "normal", "A·H", "Hᵀ·H", "Aᵀ·H"} {
		pattern := exact("BenchmarkOperations", name, "")
		if name == "normal" {
			pattern = exact("BenchmarkNormal")
		}
		pairs = append(pairs, &pair{name: name,
			ours: func() (float64, error) { return s.bench("simd", pattern, "150ms", "min-µs") },
			theirs: func() (float64, error) {
				seconds, err := s.torch.seconds(map[string]any{"op": name}, "seconds")
				return 1e6 * seconds, err
			}})
	}
	s.table(b, pairs, speedup, 1)
	return nil
}

// convolutions compares convolutions and pooling of DenseNet-121 and wav2vec 2.0 with
// PyTorch, two threads each.
func (s *session) convolutions(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Convolution and pooling, two threads, against PyTorch\n\nLayers of DenseNet-121 on one picture of 224×224 and of wav2vec 2.0 on two seconds of sound.\n\n| layer | µs | PyTorch, µs | ratio | at least 1 |\n|:--|--:|--:|--:|:--|\n")
	var pairs []*pair
	for _, name := range []string{
		"densenet first", "densenet 56 1x1", "densenet 56 3x3", "densenet 28 3x3", "densenet 14 3x3", "densenet 7 3x3", "densenet maxpool", "densenet avgpool",
		"wav2vec first", "wav2vec second", "wav2vec last", "wav2vec position",
	} {
		pairs = append(pairs, &pair{name: name,
			ours: func() (float64, error) {
				return s.bench("simd", exact("BenchmarkConvolutions", strings.ReplaceAll(name, " ", "_"), ""), "150ms", "min-µs")
			},
			theirs: func() (float64, error) {
				seconds, err := s.torch.seconds(map[string]any{"op": name}, "seconds")
				return 1e6 * seconds, err
			}})
	}
	s.table(b, pairs, speedup, 1)
	return nil
}

// types compares operations on other element types, and the float32 power,
// with GoMLX's Go backend.
func (s *session) types(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Other element types, one thread, against GoMLX's Go backend\n\nArrays of 512×1024, inputs and outputs in memory.\n\n| operation | µs | Go backend, µs | ratio | at least 1 |\n|:--|--:|--:|--:|:--|\n")
	var pairs []*pair
	for _, name := range []string{
		"add float64", "max float64", "sqrt float64", "exp float64", "sum float64", "less float64", "where float64", "add int32", "equal int32", "sum int32",
		"and bool", "not bool", "int32 to float32", "float32 to int32", "float64 to float32", "bool to float32", "pow float32",
	} {
		on := func(engine string) func() (float64, error) {
			return func() (float64, error) {
				return s.bench("simd", exact("BenchmarkTypes", strings.ReplaceAll(name, " ", "_"), engine), "100ms", "min-µs")
			}
		}
		pairs = append(pairs, &pair{name: name, ours: on("simd"), theirs: on("go")})
	}
	s.table(b, pairs, speedup, 1)
	return nil
}

// speedup is the ratio of times in which above 1 is faster, share that of rates.
func speedup(ours, theirs float64) float64 { return theirs / ours }
func share(ours, theirs float64) float64   { return ours / theirs }

// table rotates pairs and writes a row of each: both medians, their ratio and whether
// it reaches the bar.
func (s *session) table(b *bytes.Buffer, pairs []*pair, ratio func(ours, theirs float64) float64, bar float64) {
	s.rotate(pairs)
	for _, p := range pairs {
		if p.err != nil {
			fmt.Fprintf(b, "| %s | not measured: %s |\n", p.name, brief(p.err))
			continue
		}
		ours, theirs := median(p.as), median(p.bs)
		r := ratio(ours, theirs)
		fmt.Fprintf(b, "| %s | %.0f | %.0f | %.2f | %s |\n", p.name, ours, theirs, r, verdict(r, bar))
	}
}
