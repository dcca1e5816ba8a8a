package simd_test

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gsdnet/simd"
)

// A plan lists every task once, prints every step, and times tasks.
func TestPlan(t *testing.T) {
	var plan *simd.ExecutionPlan
	b, err := simd.New("workers=3", simd.WithPlans(func(_ string, p *simd.ExecutionPlan) { plan = p }))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	in := largeInputs()
	e, err := compile(b, large, in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := run(b, e, in)
	if err != nil {
		t.Fatal(err)
	}
	plan.Record()
	got, err := run(b, e, in)
	if err != nil {
		t.Fatal(err)
	}
	plan.Stop()
	if !reflect.DeepEqual(got, want) {
		t.Error("timing an execution changes its results")
	}
	text, kinds := plan.String(), map[string]int{}
	for i, w := range plan.Waves {
		for _, s := range w.Steps {
			kinds[s.Kind]++
			if !strings.Contains(text, s.Text) {
				t.Errorf("the text of the plan lacks the step %q", s.Text)
			}
			for k, task := range s.Tasks {
				if task.Time <= 0 || task.Loop > task.Time {
					t.Errorf("wave %d, %q: task %d has the time %v, of which %v are a loop", i, s.Text, k, task.Time, task.Loop)
				}
			}
		}
	}
	if kinds["loop"] == 0 || kinds["product"]+kinds["product and loop"] < 2 {
		t.Errorf("got the kinds of steps %v, want loops and two products", kinds)
	}
}

// TestDelegatedGraphsAreReported by a warning that names the operation, and have no plan.
func TestDelegatedGraphsAreReported(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	defer slog.SetDefault(before)
	calls, last := 0, (*simd.ExecutionPlan)(nil)
	b, err := simd.New("", simd.WithPlans(func(_ string, p *simd.ExecutionPlan) { calls, last = calls+1, p }))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	compileOne := func(shape shapes.Shape) {
		builder := b.Builder("mine")
		f := builder.Main()
		x, err := f.Parameter("x", shape, nil)
		if err != nil {
			t.Fatal(err)
		}
		y, err := f.Neg(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Return([]compute.Value{y}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := builder.Compile(); err != nil {
			t.Fatal(err)
		}
	}
	compileOne(shapes.Make(dtypes.Float32, 3))
	if logged.Len() > 0 || calls != 1 || last == nil {
		t.Errorf("a graph of known shapes: logged %q, %d plans, plan %v", logged.String(), calls, last)
	}
	compileOne(shapes.MakeDynamic(dtypes.Float32, []int{-1}, []string{"n"}))
	if got := logged.String(); !strings.Contains(got, "Go backend") || !strings.Contains(got, "mine") || !strings.Contains(got, "Parameter") {
		t.Errorf("logged %q, want a warning that names the graph and the operation", got)
	}
	if calls != 2 || last != nil {
		t.Errorf("got %d calls and the plan %v, want a second call without plan", calls, last)
	}
}
