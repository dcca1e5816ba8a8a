package encoder_test

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gsdnet/engine"
	"gsdnet/engine/encoder"
)

// recorded is what testdata/models.py writes of a model.
type recorded struct {
	Lengths []int
	Vectors [][]float32
}

func backend(t testing.TB, name string) engine.Backend {
	t.Helper()
	b, err := engine.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b
}

func readJSON[T any](t testing.TB, path string) (x T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &x)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// relative returns the largest difference, relative to the largest number.
func relative(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var d, most float64
	for i := range want {
		d = max(d, math.Abs(float64(got[i])-float64(want[i])))
		most = max(most, math.Abs(float64(want[i])))
	}
	return d / most
}

// tolerance is the relative difference that is allowed to PyTorch's results.
const tolerance = 1e-4

func compare(t *testing.T, what string, got, want []float32, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if d := relative(got, want); !(d <= tolerance) {
		t.Errorf("%s: got %v, want %v (PyTorch), relative difference %.2g", what, got, want, d)
	}
}

func wave(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(float64((i*7919+17)%1000)/500 - 1)
	}
	return x
}

// picture is a square whose middle, which the encoder cuts out, is of n pixels.
func picture(n int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, n, n))
	for i := range n * n {
		at := func(c int) uint8 { return uint8((i*(7+4*c) + 31*c) % 256) }
		p.SetRGBA(i%n, i/n, color.RGBA{at(0), at(1), at(2), 255})
	}
	return p
}

func frames() []image.Image { return []image.Image{picture(32)} }

func sentences(t *testing.T) []string {
	return readJSON[[]string](t, "testdata/tokenizers/sentences.json")
}

// TestTextAgainstPyTorch encodes texts whose tokens PyTorch was given.
func TestTextAgainstPyTorch(t *testing.T) {
	want := readJSON[recorded](t, "testdata/roberta-small.json")
	e, err := encoder.OpenText(backend(t, ""), "testdata/roberta-small.onnx", "testdata/tokenizers/tiny-bpe.json", encoder.TextOptions{Tokens: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	texts := sentences(t)
	for i := range want.Vectors {
		got, err := e.Encode(context.Background(), texts[i])
		compare(t, texts[i], got, want.Vectors[i], err)
	}
}

func TestAudioAgainstPyTorch(t *testing.T) {
	want := readJSON[recorded](t, "testdata/wav2vec-small.json")
	e, err := encoder.OpenAudio(backend(t, ""), "testdata/wav2vec-small.onnx", encoder.AudioOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i, n := range want.Lengths {
		got, err := e.Encode(context.Background(), wave(n))
		compare(t, "wave", got, want.Vectors[i], err)
	}
}

// TestImageAgainstPyTorch reads the DenseNet and a network of all the operators that are
// rewritten.
func TestImageAgainstPyTorch(t *testing.T) {
	for _, name := range []string{"densenet-small", "rewritten"} {
		want := readJSON[recorded](t, "testdata/"+name+".json")
		e, err := encoder.OpenImage(backend(t, ""), "testdata/"+name+".onnx", encoder.ImageOptions{Whole: true})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		got, err := e.Encode(context.Background(), []image.Image{picture(32)})
		compare(t, name, got, want.Vectors[0], err)
		two, err := e.Encode(context.Background(), []image.Image{picture(32), picture(32)})
		compare(t, name+" twice", two, want.Vectors[0], err)
	}
}

// TestLongInputs checks that long inputs are cut, and short ones padded, to what the model
// takes.
func TestLongInputs(t *testing.T) {
	b := backend(t, "")
	text, err := encoder.OpenText(b, "testdata/roberta-small.onnx", "testdata/tokenizers/tiny-bpe.json", encoder.TextOptions{Tokens: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	long := ""
	for range 200 {
		long += "I am fine. "
	}
	if _, err := text.Encode(context.Background(), long); err != nil {
		t.Errorf("long text: %v", err)
	}
	sound, err := encoder.OpenAudio(b, "testdata/wav2vec-small.onnx", encoder.AudioOptions{Raw: true, Seconds: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	// Two equal halves give the vector of one.
	half := wave(4000)
	one, err := sound.Encode(context.Background(), half)
	if err != nil {
		t.Fatal(err)
	}
	both, err := sound.Encode(context.Background(), append(append([]float32(nil), half...), half...))
	if err != nil {
		t.Fatal(err)
	}
	if d := relative(both, one); !(d <= tolerance) {
		t.Errorf("two equal pieces: got %v, want %v", both, one)
	}
	if _, err := sound.Encode(context.Background(), wave(3)); err != nil {
		t.Errorf("short wave: %v", err)
	}
}

// TestConcurrentEncodings encodes the same texts on several goroutines.
func TestConcurrentEncodings(t *testing.T) {
	e, err := encoder.OpenText(backend(t, ""), "testdata/roberta-small.onnx", "testdata/tokenizers/tiny-bpe.json", encoder.TextOptions{Tokens: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	want := readJSON[recorded](t, "testdata/roberta-small.json")
	texts := sentences(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range want.Vectors {
				got, err := e.Encode(context.Background(), texts[i])
				if err != nil || !(relative(got, want.Vectors[i]) <= tolerance) {
					t.Errorf("%q: got %v, %v, want %v", texts[i], got, err, want.Vectors[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestCancelled(t *testing.T) {
	e, err := encoder.OpenAudio(backend(t, ""), "testdata/wav2vec-small.onnx", encoder.AudioOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Encode(ctx, wave(3200)); err == nil {
		t.Error("got no error of a cancelled encoding")
	}
}

// TestTokenizers compares with the tokens that Hugging Face's JavaScript makes.
func TestTokenizers(t *testing.T) {
	for _, name := range []string{"tiny-bpe", "tiny-wordpiece"} {
		tokens(t, "testdata/tokenizers", name, sentences(t))
	}
}

// tokens compares the tokens of texts with those in NAME.ids.json, and lists differences.
func tokens(t *testing.T, folder, name string, texts []string) (differ int) {
	t.Helper()
	want := readJSON[[][]int](t, filepath.Join(folder, name+".ids.json"))
	tok, err := encoder.OpenTokenizer(filepath.Join(folder, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		got, err := tok.Encode(text)
		if err != nil || !equal(got, want[i]) {
			differ++
			t.Errorf("%s: %q:\n got %v, %v\nwant %v", name, text, got, err, want[i])
		}
	}
	return differ
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
