package encoder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/engine/encoder"
	"gsdnet/internal/fault"
)

// oneLine wants an error, if there is one, to be a short line with a hint.
func oneLine(t *testing.T, err error) {
	t.Helper()
	if err != nil && (strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "Store.Exec") || len(err.Error()) > 400 || fault.Of(err) == "") {
		t.Errorf("got the error %q with the hint %q, want one line and a hint", err, fault.Of(err))
	}
}

// FuzzModel opens ONNX files: they are read or refused in one line.
func FuzzModel(f *testing.F) {
	b := backend(f, "")
	files, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(files) == 0 {
		f.Fatalf("no models: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte{7<<3 | 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := encoder.OpenImage(b, write(t, data), encoder.ImageOptions{Limits: encoder.Limits{Bytes: 1 << 20, Parts: 10_000}})
		oneLine(t, err)
		if err == nil {
			_ = e.Close()
		}
	})
}

// FuzzTokenizer opens files of tokenizers, and cuts texts by those that are read.
func FuzzTokenizer(f *testing.F) {
	for _, name := range []string{"tiny-bpe", "tiny-wordpiece"} {
		data, err := os.ReadFile("testdata/tokenizers/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}`))
	f.Add([]byte(`{"model": {"type": "WordPiece", "unk_token": "?", "vocab": {"?": 0, "a": 1, "##b": 2}}}`))
	f.Fuzz(func(t *testing.T, data []byte) { checkTokenizer(t, write(t, data)) })
}

// checkTokenizer opens a file that may be damaged.
func checkTokenizer(t *testing.T, path string) {
	t.Helper()
	tokenizer, err := encoder.OpenTokenizer(path)
	oneLine(t, err)
	if err != nil {
		return
	}
	for _, text := range []string{"", "Hello, world!", "早安 naïve\n\n'd", strings.Repeat("a", 200)} {
		if _, err := tokenizer.Encode(text); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got the error %q, want one line", text, err)
		}
	}
}
