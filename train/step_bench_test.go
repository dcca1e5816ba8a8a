package train

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/model"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
)

// size is the size of a step: the number and length of conversations, and the width of the
// model.
type size struct{ batch, length, width int }

// usual are the default GSDNet and a real corpus: 8 conversations of 96
// utterances, features 785, 384 and 66 wide. bench/reference/step.py times the
// same in PyTorch.
var usual = size{8, 96, 128}

func stepFitter(b *testing.B, name string, s size) *fitter {
	b.Helper()
	backend, err := engine.Open(name)
	if err != nil {
		b.Skipf("SKIPPED: %v", err)
	}
	corpus := synthetic.New(synthetic.Config{
		Train: s.batch, Valid: 1, Test: 1, MinTurns: s.length, MaxTurns: s.length, Dims: [erc.NumModalities]int{785, 384, 66},
	})
	config := rundir.DefaultConfig()
	if err := config.Set(fmt.Sprintf("gsdnet.width=%d", s.width)); err != nil {
		b.Fatal(err)
	}
	f, err := newFitter(Options{Config: config, Corpus: corpus, Out: b.TempDir() + "/run", Backend: backend})
	if err != nil {
		b.Fatal(err)
	}
	if err := f.start(b.Context()); err != nil {
		b.Fatal(err)
	}
	return f
}

// countOperations replaces the step of the fitter by one that keeps its graph. The returned
// function gives the operations of that graph once a step has run.
func countOperations(b *testing.B, f *fitter) (arithmetic func() float64) {
	b.Helper()
	var g *graph.Graph
	u := &updater{model: f.model, params: f.params, setting: f.Config.Train}
	f.stepGraphs = engine.NewGraphs(f.Backend, f.store, nil, func(scope *mlx.Scope, in engine.Nodes) engine.Outputs {
		g = in.Graph()
		return u.build(scope, in)
	})
	return func() float64 {
		if e, ok := g.Executable().(interface{ Arithmetic() float64 }); ok {
			return e.Arithmetic()
		}
		return 0
	}
}

// report reports and returns the median of some times in seconds, without the first, which
// includes the compilation of the graph.
func report(b *testing.B, times []float64, unit string) float64 {
	settled := slices.Sorted(slices.Values(times[min(1, len(times)-1):]))
	median := settled[len(settled)/2]
	b.ReportMetric(1e3*median, unit)
	return median
}

// preparedFeeds returns a few inputs that the host prepares, which a benchmark uses in turn,
// and how long each took in seconds.
func preparedFeeds(b *testing.B, prepare func(i uint64) (engine.Feed, error)) (feeds []engine.Feed, host []float64) {
	b.Helper()
	for i := range uint64(4) {
		start := time.Now()
		feed, err := prepare(i)
		if err != nil {
			b.Fatal(err)
		}
		host = append(host, time.Since(start).Seconds())
		feeds = append(feeds, feed)
	}
	return feeds, host
}

// steps times training steps. The host has prepared their inputs before.
func steps(b *testing.B, f *fitter) {
	defer f.run.Close()
	arithmetic := countOperations(b, f)
	feeds, host := preparedFeeds(b, func(i uint64) (engine.Feed, error) { return f.prepare(f.allIndices(), int(i), i) })
	var run []float64
	for b.Loop() {
		start := time.Now()
		if _, err := f.step(preparedBatch{feed: feeds[len(run)%len(feeds)]}, uint64(len(run)), 1e-3); err != nil {
			b.Fatal(err)
		}
		run = append(run, time.Since(start).Seconds())
	}
	report(b, host, "ms/host")
	median := report(b, run, "ms/step")
	b.ReportMetric(arithmetic()/median/1e9, "GFLOP/s")
}

// BenchmarkStep is one training step: losses, gradients through the sampler,
// clipping, AdamW, moving average.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"simd", "go"} {
		b.Run(name, func(b *testing.B) { steps(b, stepFitter(b, name, usual)) })
	}
}

// BenchmarkGrowth is the step at other lengths and widths.
func BenchmarkGrowth(b *testing.B) {
	for _, length := range []int{16, 32, 64, 128, 256} {
		b.Run(fmt.Sprintf("length=%d", length), func(b *testing.B) {
			steps(b, stepFitter(b, "simd", size{usual.batch, length, usual.width}))
		})
	}
	for _, width := range []int{64, 128, 256, 512} {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			steps(b, stepFitter(b, "simd", size{usual.batch, usual.length, width}))
		})
	}
}

// BenchmarkInfer completes and predicts once: one conversation, and eight.
func BenchmarkInfer(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"one", 1}, {"batch", 8}} {
		for _, name := range []string{"simd", "go", "simd:bf16"} {
			b.Run(c.name+"/"+name, func(b *testing.B) { inferences(b, name, c.size) })
		}
	}
}

// inferences times predictions of n conversations. The host has prepared them before.
func inferences(b *testing.B, name string, n int) {
	m, graphs, batch := inference(b, name, n)
	defer graphs.Close()
	feeds, host := preparedFeeds(b, func(i uint64) (engine.Feed, error) {
		feed := batch.Observe()
		err := m.Prepare(feed, batch, nil)
		m.Draw(feed, batch, model.Pass{Seed: 1, Sample: i})
		return feed, err
	})
	var run []float64
	for b.Loop() {
		start := time.Now()
		if _, err := graphs.Call(feeds[len(run)%len(feeds)]); err != nil {
			b.Fatal(err)
		}
		run = append(run, time.Since(start).Seconds())
	}
	report(b, host, "ms/host")
	report(b, run, "ms/run")
}

// inference returns a model with the weights of one step, its inference graphs, and a batch.
func inference(b *testing.B, name string, n int) (model.Model, *engine.Graphs, *model.Batch) {
	b.Helper()
	f := stepFitter(b, name, usual)
	defer f.run.Close()
	feed, err := f.prepare(f.allIndices(), 0, 0)
	if _, err := f.step(preparedBatch{feed, err}, 0, 1e-3); err != nil { // makes the weights
		b.Fatal(err)
	}
	weights, err := f.averagedWeights()
	if err != nil {
		b.Fatal(err)
	}
	store, err := (&rundir.Checkpoint{Vars: weights}).Store()
	if err != nil {
		b.Fatal(err)
	}
	params := model.TrainedParams(store)
	graphs := engine.NewGraphs(f.Backend, store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		outputs := f.model.Forecast(params, in)
		return engine.Outputs{"location": outputs.Location, "scale": outputs.Scale}
	})
	convs, _ := f.withhold("bench", 0, f.allIndices()[:n])
	return f.model, graphs, &model.Batch{Conversations: convs, N: infer.Bucket(usual.length), Dims: f.setup.Dims}
}
