package encoder

import (
	"context"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
)

// TextOfTokens returns a function that encodes tokens with a text model.
func TextOfTokens(t *testing.T, backend engine.Backend, file string, ids []int) func() ([]float32, error) {
	t.Helper()
	e, err := OpenText(backend, file, "testdata/tokenizers/tiny-bpe.json", TextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return func() ([]float32, error) { return e.encode(context.Background(), ids) }
}

// RunModel runs a model of one input and returns its first output.
func RunModel(t *testing.T, backend engine.Backend, file string, x []float32, dims ...int) []float32 {
	t.Helper()
	m, err := open(backend, file, "", Limits{}, func(y *graph.Node, _ engine.Nodes) *graph.Node { return y })
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	out, err := m.call(engine.Feed{m.inputs[0].Name: tensors.FromFlatDataAndDimensions(x, dims...)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Values
}
