package simd_test

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/simd"
)

// planOf compiles a function of GoMLX and describes its plan.
func planOf(t *testing.T, build func(x, y *graph.Node) *graph.Node, x, y []int) string {
	t.Helper()
	rec := &recorder{Backend: newBackend(t, "")}
	g := graph.NewGraph(rec, "plan")
	a := graph.Parameter(g, "a", shapes.Make(dtypes.Float32, x...))
	b := graph.Parameter(g, "b", shapes.Make(dtypes.Float32, y...))
	if err := g.Compile(build(a, b)); err != nil {
		t.Fatal(err)
	}
	return simd.Plan(rec.last)
}

// recorder keeps the executable that is compiled through it.
type recorder struct {
	compute.Backend
	last compute.Executable
}

func (r *recorder) Builder(name string) compute.Builder {
	return &recordingBuilder{r.Backend.Builder(name), r}
}

type recordingBuilder struct {
	compute.Builder
	r *recorder
}

func (b *recordingBuilder) Compile() (compute.Executable, error) {
	e, err := b.Builder.Compile()
	b.r.last = e
	return e, err
}

// TestChainsAreOneLoop checks that what belongs together is computed together.
func TestChainsAreOneLoop(t *testing.T) {
	for name, build := range map[string]func(x, y *graph.Node) *graph.Node{
		"layer norm": func(x, _ *graph.Node) *graph.Node { return layerNorm(x) },
		"softmax":    func(x, _ *graph.Node) *graph.Node { return graph.Softmax(x, -1) },
		"silu":       func(x, _ *graph.Node) *graph.Node { return silu(x) },
		"bias":       func(x, y *graph.Node) *graph.Node { return graph.Add(x, graph.BroadcastToShape(y, x.Shape())) },
		"norm after residual": func(x, y *graph.Node) *graph.Node {
			return graph.Mul(layerNorm(graph.Add(x, graph.BroadcastToShape(y, x.Shape()))), y)
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, build, []int{24, 96, 128}, []int{1, 1, 128})
			if n := strings.Count(plan, "loop ["); n != 1 {
				t.Errorf("got %d loops, want 1:\n%s", n, plan)
			}
		})
	}
}

// TestTransposesAreNotCopied checks that products read and write transposed
// operands where they lie.
func TestTransposesAreNotCopied(t *testing.T) {
	for name, build := range map[string]func(x, y *graph.Node) *graph.Node{
		"operand": func(x, y *graph.Node) *graph.Node { return graph.MatMul(graph.Transpose(x, 0, 1), y) },
		"result": func(x, y *graph.Node) *graph.Node {
			return graph.Transpose(graph.Dot(x, y).General([]int{0}, nil, []int{0}, nil), 0, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, build, []int{96, 64}, []int{96, 32})
			if strings.Contains(plan, "loop [") || strings.Count(plan, "product") != 1 {
				t.Errorf("want one product alone:\n%s", plan)
			}
		})
	}
}

// TestTrainingStepIsAllOurs checks that nothing of a training step runs on the
// Go backend, and that products are followed by their loops.
func TestTrainingStepIsAllOurs(t *testing.T) {
	rec := &recorder{Backend: newBackend(t, "")}
	s := paperStep()
	s.build(t, rec)
	plan := simd.Plan(rec.last)
	if strings.Contains(plan, "foreign") || !strings.Contains(plan, "chain of") {
		t.Errorf("the plan is\n%s", plan)
	}
	t.Log(plan)
}

// TestLargeRightOperandsAreNotChained: a chain reads the right operand again
// for each panel, which pays only where it stays in the second-level cache.
func TestLargeRightOperandsAreNotChained(t *testing.T) {
	activated := func(x, y *graph.Node) *graph.Node { return graph.Tanh(graph.Dot(x, y).Product()) }
	if plan := planOf(t, activated, []int{800, 512}, []int{512, 256}); !strings.Contains(plan, "chain of") {
		t.Errorf("a right operand of 512 KiB is not chained:\n%s", plan)
	}
	if plan := planOf(t, activated, []int{800, 1024}, []int{1024, 512}); strings.Contains(plan, "chain of") {
		t.Errorf("a right operand of 2 MiB is chained:\n%s", plan)
	}
}

// TestSiLUIsOneInstruction where nothing else needs the logistic, and has the
// values of the two operations.
func TestSiLUIsOneInstruction(t *testing.T) {
	plan := planOf(t, func(x, _ *graph.Node) *graph.Node { return silu(x) }, []int{24, 96}, []int{1})
	if !strings.Contains(plan, " 1 instructions") {
		t.Errorf("want one instruction:\n%s", plan)
	}
	both := func(x, _ *graph.Node) *graph.Node { l := graph.Sigmoid(x); return graph.Add(graph.Mul(x, l), l) }
	if plan := planOf(t, both, []int{24, 96}, []int{1}); !strings.Contains(plan, " 3 instructions") {
		t.Errorf("want three instructions:\n%s", plan)
	}
	x, _ := pairs(dtypes.Float32)
	for name, p := range map[string]program{
		"x·logistic(x)": one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
			l, err := f.Logistic(v[0])
			if err != nil {
				return nil, err
			}
			return f.Mul(v[0], l)
		}),
		"xᵀ·logistic(x)": one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
			l, err := f.Logistic(v[0])
			if err != nil {
				return nil, err
			}
			turned, err := f.Transpose(v[0], 1, 0)
			if err != nil {
				return nil, err
			}
			return f.Mul(turned, l)
		}),
	} {
		t.Run(name, func(t *testing.T) { same(t, newBackend(t, ""), goBackend(t), p, []array{x}, 1e-6, 1e-42) })
	}
}
