package main

import (
	"bytes"
	"fmt"

	"gsdnet/engine"
)

// coarse is the backend whose products are in bfloat16.
const coarse = "simd:bf16"

// bfloat16 compares inference and products in bfloat16 with float32.
func (s *session) bfloat16(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## Inference in bfloat16\n\n")
	backend, err := engine.Open(coarse)
	if err != nil {
		fmt.Fprintf(b, "Not available: %s.\n", brief(err))
		return nil
	}
	backend.Finalize()
	fmt.Fprintf(b, `The default GSDNet of the last section, two threads, with `+"`--backend %s`"+` beside
`+"`--backend simd`"+`; and products of matrices, one thread.

| | float32, ms | bfloat16, ms | ratio |
|:--|--:|--:|--:|
`, coarse)
	pairs := s.bfloat16Pairs()
	s.rotate(pairs)
	for _, p := range pairs {
		if p.err != nil {
			fmt.Fprintf(b, "| %s | not measured: %s |\n", p.name, brief(p.err))
			continue
		}
		plain, rounded := median(p.bs), median(p.as)
		fmt.Fprintf(b, "| %s | %.2f | %.2f | %.2f |\n", p.name, plain, rounded, plain/rounded)
	}
	return nil
}

// bfloat16Pairs are what the section measures: bfloat16 as ours and float32 as theirs, in ms.
func (s *session) bfloat16Pairs() (pairs []*pair) {
	for _, w := range whole[1:] {
		on := func(engine string) func() (float64, error) {
			return func() (float64, error) { return s.bench("train", w.on(engine), "99x", w.metric) }
		}
		pairs = append(pairs, &pair{name: w.name, ours: on(coarse), theirs: on("simd")})
	}
	for _, p := range []struct{ m, k, n int }{{64, 768, 3072}, {768, 768, 768}} {
		on := func(bfloat16 bool) func() (float64, error) {
			pattern := exact("BenchmarkBFloat16", fmt.Sprintf("%dx%dx%d", p.m, p.n, p.k), "AB", fmt.Sprintf("bfloat16=%v", bfloat16))
			return func() (float64, error) {
				ns, err := s.bench("kernel", pattern, "100ms", "ns/op")
				return ns / 1e6, err
			}
		}
		pairs = append(pairs, &pair{name: fmt.Sprintf("product [%d×%d]·[%d×%d]", p.m, p.k, p.k, p.n), ours: on(true), theirs: on(false)})
	}
	return pairs
}
