package encoder

import (
	"context"
	"testing"

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
