package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// trainingStep is a step of a small graph network on dialogues of three
// modalities: blocks of layer norm, propagation along edges and a gated MLP, a
// masked loss, gradients, and Adam.
type trainingStep struct {
	modalities, batch, length, width, blocks int

	backend compute.Backend
	graph   *graph.Graph
	names   []string
	shapes  []shapes.Shape
	kept    []compute.Buffer // parameters and their moments
	data    []compute.Buffer // the batch
}

// paperStep has the sizes of the real workload.
func paperStep() *trainingStep {
	return &trainingStep{modalities: 3, batch: 8, length: 96, width: 128, blocks: 4}
}

func (s *trainingStep) parameter(g *graph.Graph, dims ...int) *graph.Node {
	shape := shapes.Make(dtypes.Float32, dims...)
	name := fmt.Sprint("w", len(s.names))
	s.names, s.shapes = append(s.names, name), append(s.shapes, shape)
	return graph.Parameter(g, name, shape)
}

// dense is x·W + b on the last axis, with weights for each modality.
func (s *trainingStep) dense(x *graph.Node, out int) *graph.Node {
	g, dims := x.Graph(), x.Shape().Dimensions
	in := dims[len(dims)-1]
	w, b := s.parameter(g, s.modalities, in, out), s.parameter(g, s.modalities, out)
	y := graph.Dot(graph.Reshape(x, s.modalities, -1, in), w).General([]int{2}, []int{0}, []int{1}, []int{0})
	y = graph.Reshape(y, dims[0], dims[1], dims[2], out)
	return graph.Add(y, graph.Reshape(b, s.modalities, 1, 1, out))
}

func layerNorm(x *graph.Node) *graph.Node {
	centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	return graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, 1e-5)))
}

func silu(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Logistic(x)) }

func (s *trainingStep) network(x, edges *graph.Node) *graph.Node {
	h := s.dense(x, s.width)
	for range s.blocks {
		u := layerNorm(h)
		far := graph.Dot(edges, u).General([]int{3}, []int{0, 1}, []int{2}, []int{0, 1})
		inner := silu(s.dense(graph.Concatenate([]*graph.Node{u, far}, -1), s.width))
		h = graph.Add(h, s.dense(inner, s.width))
	}
	return s.dense(layerNorm(h), s.width)
}

// build makes and compiles the graph, with random parameters.
func (s *trainingStep) build(t testing.TB, b compute.Backend) {
	t.Helper()
	s.backend = b
	g := graph.NewGraph(b, "step")
	s.graph = g
	rows := []int{s.modalities, s.batch, s.length}
	input := func(name string, dims ...int) *graph.Node {
		return graph.Parameter(g, name, shapes.Make(dtypes.Float32, dims...))
	}
	x := input("x", append(rows, s.width)...)
	edges := input("edges", append(rows, s.length)...)
	mask := input("mask", append(rows, 1)...)
	want := input("want", append(rows, s.width)...)
	rate := input("rate")

	out := s.network(x, edges)
	wide := graph.BroadcastToShape(mask, out.Shape())
	loss := graph.Div(graph.ReduceAllSum(graph.Mul(graph.Square(graph.Sub(out, want)), wide)), graph.MaxScalar(graph.ReduceAllSum(wide), 1))
	weights := make([]*graph.Node, len(s.names))
	for i, name := range s.names {
		weights[i] = g.GetParameterByName(name)
	}
	grads := graph.Gradient(loss, weights...)
	outputs := []*graph.Node{loss}
	for i, w := range weights {
		m := graph.Parameter(g, s.names[i]+"/m", s.shapes[i])
		v := graph.Parameter(g, s.names[i]+"/v", s.shapes[i])
		outputs = append(outputs, adam(w, m, v, grads[i], rate)...)
	}
	if err := g.Compile(outputs...); err != nil {
		t.Fatal(err)
	}
	s.fill(t)
}

// adam is one update (Kingma & Ba, algorithm 1).
func adam(w, m, v, grad, rate *graph.Node) []*graph.Node {
	m = graph.Add(graph.MulScalar(m, 0.9), graph.MulScalar(grad, 0.1))
	v = graph.Add(graph.MulScalar(v, 0.999), graph.MulScalar(graph.Square(grad), 0.001))
	step := graph.Div(m, graph.AddScalar(graph.Sqrt(v), 1e-8))
	return []*graph.Node{graph.Sub(w, graph.Mul(step, rate)), m, v}
}

// fill makes the inputs.
func (s *trainingStep) fill(t testing.TB) {
	rng := rand.New(rand.NewPCG(1, 2))
	add := func(shape shapes.Shape, value func(i int) float32) compute.Buffer {
		flat := make([]float32, shape.Size())
		for i := range flat {
			flat[i] = value(i)
		}
		b, err := s.backend.BufferFromFlatData(0, flat, shape)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	normal := func(int) float32 { return float32(rng.NormFloat64()) }
	zero := func(int) float32 { return 0 }
	rows := []int{s.modalities, s.batch, s.length}
	of := func(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }
	s.kept, s.data = nil, []compute.Buffer{
		add(of(append(rows, s.width)...), normal),
		add(of(append(rows, s.length)...), func(int) float32 { return rng.Float32() / float32(s.length) }),
		add(of(append(rows, 1)...), func(i int) float32 { return float32(i % 2) }),
		add(of(append(rows, s.width)...), normal),
		add(of(), func(int) float32 { return 1e-3 }),
	}
	for _, shape := range s.shapes {
		scale := float32(1)
		if shape.Rank() == 3 {
			scale = float32(math.Sqrt(1 / float64(shape.Dimensions[1])))
		}
		s.kept = append(s.kept, add(shape, func(i int) float32 { return normal(i) * scale }), add(shape, zero), add(shape, zero))
	}
}

// run makes one step and returns the loss.
func (s *trainingStep) run(t testing.TB) float32 {
	order := append([]compute.Buffer{}, s.data...)
	donate := make([]bool, len(s.data)+len(s.kept))
	// Parameters come in the order of creation: weights first, then moments.
	for i := 0; i < len(s.kept); i += 3 {
		order = append(order, s.kept[i])
	}
	for i := 0; i < len(s.kept); i += 3 {
		order = append(order, s.kept[i+1], s.kept[i+2])
	}
	for i := range s.kept {
		donate[len(s.data)+i] = true
	}
	results := s.graph.RunWithBuffers(order, donate, 0)
	for i := range s.kept {
		b, err := results[i+1].DonateBuffer(s.backend, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.kept[i] = b
	}
	loss := tensors.ToScalar[float32](results[0])
	results[0].MustFinalizeAll()
	return loss
}

// goBackend is what others are compared with. Options are those of its name. In builds
// with -race, in which its matrix products crash, one worker of this backend stands in.
func goBackend(t testing.TB, options ...string) compute.Backend {
	t.Helper()
	if raceDetector {
		return newBackend(t, "workers=1")
	}
	b, err := gobackend.New(strings.Join(append(options, "ops_sequential"), ","))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b
}

// TestTrainingStep compares a few steps with the Go backend's.
func TestTrainingStep(t *testing.T) {
	small := func() *trainingStep {
		return &trainingStep{modalities: 3, batch: 2, length: 7, width: 20, blocks: 2}
	}
	got, want := small(), small()
	got.build(t, newBackend(t, ""))
	want.build(t, goBackend(t))
	for i := range 5 {
		g, w := got.run(t), want.run(t)
		if math.Abs(float64(g-w)) > 1e-5*math.Abs(float64(w)) {
			t.Errorf("loss of step %d: got %v, want %v", i, g, w)
		}
	}
}

func BenchmarkTrainingStep(b *testing.B) {
	for _, c := range []struct {
		name string
		make func(testing.TB) compute.Backend
	}{
		{"simd", func(t testing.TB) compute.Backend { return newBackend(t, "") }},
		{"simd1", func(t testing.TB) compute.Backend { return newBackend(t, "workers=1") }},
		{"go", func(t testing.TB) compute.Backend { return goBackend(t) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := paperStep()
			s.build(b, c.make(b))
			s.run(b)
			b.ReportAllocs()
			best := time.Hour
			for b.Loop() {
				began := time.Now()
				s.run(b)
				best = min(best, time.Since(began))
			}
			b.ReportMetric(best.Seconds()*1e3, "min-ms")
		})
	}
}
