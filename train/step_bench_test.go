package train

import (
	"math"
	"slices"
	"testing"
	"time"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/model"
	_ "gsdnet/model/all"
)

// The default GSDNet at the sizes of a real corpus: 8 conversations of 96
// utterances, features 785, 384 and 66 wide. bench/reference/step.py times the
// same in PyTorch.
func stepFitter(b *testing.B, engine string) *fitter {
	b.Helper()
	backend, err := Backend(engine)
	if err != nil {
		b.Fatal(err)
	}
	corpus := dataset.Synthetic(dataset.SyntheticConfig{
		Train: 8, Valid: 1, Test: 1, MinTurns: 96, MaxTurns: 96, Dims: [erc.NumModalities]int{785, 384, 66},
	})
	f, err := newFitter(Options{Config: DefaultConfig(), Corpus: corpus, Out: b.TempDir() + "/run", Backend: backend})
	if err != nil {
		b.Fatal(err)
	}
	if err := f.start(); err != nil {
		b.Fatal(err)
	}
	return f
}

// BenchmarkStep is one training step, with everything the host prepares for it:
// graphs, spectra, noise.
func BenchmarkStep(b *testing.B) {
	for _, engine := range []string{EngineSIMD, EngineGo} {
		b.Run(engine, func(b *testing.B) {
			f := stepFitter(b, engine)
			defer f.run.close()
			var times []float64
			for b.Loop() {
				start := time.Now()
				feed, err := f.prepare(f.everyone(), len(times), uint64(len(times)))
				if _, err := f.step(prepared{feed, err}, uint64(len(times)), 1e-3); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(start).Seconds())
			}
			b.ReportMetric(1e3*median(times[min(1, len(times)-1):]), "ms/step")
		})
	}
}

// BenchmarkInfer predicts once from one conversation and from a batch of eight.
func BenchmarkInfer(b *testing.B) {
	for name, size := range map[string]int{"one": 1, "batch": 8} {
		b.Run(name, func(b *testing.B) {
			f := stepFitter(b, EngineSIMD)
			defer f.run.close()
			feed, err := f.prepare(f.everyone(), 0, 0)
			if _, err := f.step(prepared{feed, err}, 0, 1e-3); err != nil { // makes the weights
				b.Fatal(err)
			}
			weights, err := f.averaged()
			if err != nil {
				b.Fatal(err)
			}
			store, err := (&Checkpoint{vars: weights}).Store()
			if err != nil {
				b.Fatal(err)
			}
			p, err := NewPredictor(f.Backend, store, f.model, f.setup, size)
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			convs, _ := f.withheld("bench", 0, f.everyone()[:size])
			var times []float64
			for b.Loop() {
				start := time.Now()
				err := p.Run(b.Context(), convs, model.Draw{Seed: 1, Sample: uint64(len(times))}, false, func(int, Completion) {})
				if err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(start).Seconds())
			}
			b.ReportMetric(1e3*median(times[min(1, len(times)-1):]), "ms/run")
		})
	}
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return slices.Sorted(slices.Values(x))[len(x)/2]
}
