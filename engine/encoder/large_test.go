package encoder_test

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gsdnet/engine/encoder"
)

// The tests of this file need what `make encoders` fetches: Debian's python3-torch and
// python3-onnx, and npm's packages. GSDNET_ENCODERS names an empty folder for the models.

// largeFolder returns the folder of the test, whose files keep their names for themselves,
// or skips.
func largeFolder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("GSDNET_ENCODERS")
	if folder == "" {
		t.Skip("SKIPPED: GSDNET_ENCODERS is not set; `make encoders` runs this")
	}
	folder = filepath.Join(folder, t.Name())
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	return folder
}

// python is Debian's, which python3-torch is for.
const python = "/usr/bin/python3"

// TestThousandTexts compares the tokens of 1,000 texts in many languages, cut by the
// vocabularies of GPT-2 and BERT, with those that Hugging Face's JavaScript makes.
func TestThousandTexts(t *testing.T) {
	folder := largeFolder(t)
	if _, err := os.Stat("testdata/tokenizers/node_modules"); err != nil {
		t.Skip("SKIPPED: no npm packages in testdata/tokenizers")
	}
	cmd := exec.Command("node", "make.js", folder)
	cmd.Dir = "testdata/tokenizers"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	texts := readJSON[[]string](t, filepath.Join(folder, "texts.json"))
	for _, name := range []string{"roberta", "bert"} {
		differ := tokens(t, folder, name, texts)
		t.Logf("%s: %d of %d texts differ", name, differ, len(texts))
	}
}

// quick are the settings that serve PyTorch best on two cores.
var quick = []string{"OMP_WAIT_POLICY=passive", "GOMP_SPINCOUNT=0", "OPENBLAS_CORETYPE=SKYLAKEX", "OMP_NUM_THREADS=2"}

// peer is another engine in a process of its own.
type peer struct {
	in  io.Writer
	out *bufio.Scanner
}

func startPeer(t *testing.T, cmd *exec.Cmd) *peer {
	t.Helper()
	cmd.Env = append(os.Environ(), quick...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends then
		_ = cmd.Wait()
	})
	return &peer{in, bufio.NewScanner(out)}
}

// seconds is how long one run takes there.
func (p *peer) seconds(t *testing.T, name string) float64 {
	t.Helper()
	fmt.Fprintln(p.in, name)
	if !p.out.Scan() {
		t.Fatal("the other engine has ended")
	}
	s, err := strconv.ParseFloat(p.out.Text(), 64)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLargeModels exports a RoBERTa of 12 layers, a DenseNet-121 and a wav2vec 2.0 base with
// random weights, compares their vectors with PyTorch's, and times both in alternation, and
// ONNX Runtime where it is there.
func TestLargeModels(t *testing.T) {
	folder := largeFolder(t)
	if err := exec.Command(python, "-c", "import torch, onnx").Run(); err != nil {
		t.Skip("SKIPPED: no PyTorch; install python3-torch and python3-onnx")
	}
	names := []string{"densenet", "wav2vec", "roberta"}
	if only := os.Getenv("GSDNET_ENCODERS_ONLY"); only != "" {
		names = strings.Fields(only)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(folder, name+".json")); err == nil {
			continue
		}
		cmd := exec.Command(python, "testdata/models.py", folder, name)
		cmd.Env = append(os.Environ(), quick...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	b := backend(t, "")
	peers := map[string]*peer{"PyTorch": startPeer(t, exec.Command(python, "testdata/models.py", "--serve"))}
	if _, err := os.Stat("../onnx/testdata/node_modules/onnxruntime-node"); err == nil {
		peers["ONNX Runtime"] = startPeer(t, exec.Command("node", "../onnx/testdata/time.js", folder))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			want := readJSON[recorded](t, filepath.Join(folder, name+".json"))
			file := filepath.Join(folder, name+".onnx")
			var run func() ([]float32, error)
			switch name {
			case "densenet":
				e, err := encoder.OpenImage(b, file, encoder.ImageOptions{Whole: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = e.Close() })
				pictures := []image.Image{picture(224)}
				run = func() ([]float32, error) { return e.Encode(context.Background(), pictures) }
			case "wav2vec":
				e, err := encoder.OpenAudio(b, file, encoder.AudioOptions{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = e.Close() })
				x := wave(want.Lengths[0])
				run = func() ([]float32, error) { return e.Encode(context.Background(), x) }
			case "roberta":
				ids := []int{0}
				for i := range 62 {
					ids = append(ids, 5+37*i%300)
				}
				run = encoder.TextOfTokens(t, b, file, append(ids, 2))
			}
			got, err := run()
			compare(t, name, got, want.Vectors[0], err)
			t.Logf("%s: relative difference %.1e", name, relative(got, want.Vectors[0]))
			alternate(t, name, run, peers)
		})
	}
}

// rest goes before every timing: the threads of ONNX Runtime go on for a while after a run,
// waiting for the next one without sleeping, and the run of another engine would suffer.
const rest = 300 * time.Millisecond

// alternate times a run and that of every other engine in turn, and logs the medians.
func alternate(t *testing.T, name string, run func() ([]float32, error), peers map[string]*peer) {
	t.Helper()
	var ours []float64
	theirs := map[string][]float64{}
	for range 11 {
		time.Sleep(rest)
		start := time.Now()
		if _, err := run(); err != nil {
			t.Fatal(err)
		}
		ours = append(ours, time.Since(start).Seconds())
		for other, p := range peers {
			time.Sleep(rest)
			theirs[other] = append(theirs[other], p.seconds(t, name))
		}
	}
	for other, times := range theirs {
		a, b := median(ours), median(times)
		t.Logf("%s: median %.0f ms, %s %.0f ms, ratio %.2f", name, 1e3*a, other, 1e3*b, a/b)
	}
}

func median(x []float64) float64 { return slices.Sorted(slices.Values(x))[len(x)/2] }
