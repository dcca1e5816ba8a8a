package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
)

// Every backend that this build has computes the same sum, and one that it does not
// have says how to get it.
func TestBackends(t *testing.T) {
	for _, name := range append(engine.Names(), "") {
		t.Run("backend="+name, func(t *testing.T) {
			backend, err := engine.Open(name)
			if err != nil {
				if !strings.Contains(err.Error(), "this build has no XLA") && !strings.Contains(err.Error(), "AVX512_BF16") {
					t.Fatal(err)
				}
				t.Skipf("SKIPPED: %v", err)
			}
			defer backend.Finalize()
			graphs := engine.NewGraphs(backend, mlx.NewStore(), nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
				return engine.Outputs{"sum": graph.Add(in.Get("a"), in.Get("b")), "difference": graph.Sub(in.Get("a"), in.Get("b"))}
			})
			defer graphs.Close()
			results, err := graphs.Call(engine.Feed{"b": tensors.FromValue([]float32{1, 2}), "a": tensors.FromValue([]float32{5, 7})})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := results["sum"].Values, []float32{6, 9}; !slices.Equal(got, want) {
				t.Errorf("sum: got %v, want %v", got, want)
			}
			if got, want := results["difference"].Values, []float32{4, 5}; !slices.Equal(got, want) {
				t.Errorf("difference: got %v, want %v", got, want)
			}
		})
	}
}

// A backend for inference is refused to train with, whether this machine has it or not.
func TestBackendsToTrainWith(t *testing.T) {
	_, err := engine.OpenToTrain("simd:bf16")
	if err == nil || !strings.Contains(err.Error(), "simd:bf16 is for inference alone") {
		t.Errorf("got %v, want an error that says what the backend is for", err)
	}
	backend, err := engine.OpenToTrain("")
	if err != nil {
		t.Fatal(err)
	}
	backend.Finalize()
}

func TestUnknownBackend(t *testing.T) {
	_, err := engine.Open("abacus")
	if err == nil || !strings.Contains(err.Error(), "abacus") {
		t.Errorf("got %v, want an error that names abacus", err)
	}
}

// An input that is not fed is an error that names it and what there is.
func TestMissingInput(t *testing.T) {
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	graphs := engine.NewGraphs(backend, mlx.NewStore(), nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		return engine.Outputs{"x": in.Get("typo")}
	})
	defer graphs.Close()
	_, err = graphs.Call(engine.Feed{"present": tensors.FromValue([]float32{1})})
	if err == nil || !strings.Contains(err.Error(), `no input "typo"; it has present`) {
		t.Errorf("got %v, want an error that names the input and those there are", err)
	}
}
