package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// whole is what the default model is measured at: our benchmark of it and its
// metric, and the peer's key.
var whole = []workload{
	{"training step", []string{"BenchmarkStep"}, "ms/step", "train_step"},
	{"inference, one conversation", []string{"BenchmarkInfer", "one"}, "ms/run", "infer_one"},
	{"inference, batch of 8", []string{"BenchmarkInfer", "batch"}, "ms/run", "infer_batch"},
}

type workload struct {
	name        string
	benchmark   []string
	metric, key string
}

// on is the pattern of the workload's benchmark on an engine.
func (w workload) on(engine string) string {
	return exact(append(slices.Clone(w.benchmark), engine)...)
}

// step compares a training step and inference of the default model.
func (s *session) step(b *bytes.Buffer) error {
	fmt.Fprint(b, `
## The default GSDNet, two threads

The batch has 8 conversations of 96 utterances, with features of the widths 785, 384 and 66. The
model has the width 128. A training step runs 4 sampler steps with gradients through them,
gradient clipping, AdamW and a moving average. Graphs, spectra and noise are prepared
before the measurement in both programs; real training prepares them during the previous
step.

| | ms | PyTorch, ms | ratio | at least 2.2 |
|:--|--:|--:|--:|:--|
`)
	for _, w := range whole {
		fmt.Fprintf(os.Stderr, "%s\n", w.name)
		ours, theirs, err := s.alternate(
			func() (float64, error) { return s.bench("train", w.on("simd"), "9x", w.metric) },
			func() (float64, error) {
				seconds, err := s.torch.seconds(map[string]any{"op": "step"}, w.key)
				return 1e3 * seconds, err
			})
		if err != nil {
			fmt.Fprintf(b, "| %s | not measured: %s |\n", w.name, brief(err))
			continue
		}
		fmt.Fprintf(b, "| %s | %.1f | %.1f | %.2f | %s |\n", w.name, ours, theirs, theirs/ours, verdict(theirs/ours, 2.2))
		if w.key == "train_step" {
			s.answer = fmt.Sprintf("A training step of the default GSDNet is %.2f times as fast as in PyTorch.\n", theirs/ours)
		}
	}
	if err := s.share(b); err != nil {
		return err
	}
	return s.engines(b)
}

// share sets the whole step's speed against that of one large product.
func (s *session) share(b *bytes.Buffer) error {
	fmt.Fprintln(os.Stderr, "share of the peak")
	step, peak, err := s.alternate(
		func() (float64, error) { return s.bench("train", exact("BenchmarkStep", "simd"), "9x", "GFLOP/s") },
		func() (float64, error) {
			us, err := s.bench("simd", exact("BenchmarkScaling", "1024", ""), "300ms", "min-µs")
			return 2 * 1024 * 1024 * 1024 / us / 1e3, err
		})
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\nIf only its matrix products are counted, the step runs at %.0f GFLOP/s. That is %.0f %% of the %.0f GFLOP/s that a product of 1024×1024 matrices reaches on two workers.\n", step, 100*step/peak, peak)
	return nil
}

// engines compares our engine with GoMLX's own Go backend: built without flags,
// and with the experiment of the Go compiler that its vector code needs.
func (s *session) engines(b *bytes.Buffer) error {
	fmt.Fprint(b, `
The same model on GoMLX's Go backend, built without flags and with `+"`GOEXPERIMENT=simd`"+`,
which adds vector code to that backend. gsdnet is built without flags.

| | ms | Go backend, ms | ratio | at least 15 | with the experiment, ms | ratio |
|:--|--:|--:|--:|:--|--:|--:|
`)
	for _, w := range whole {
		fmt.Fprintf(os.Stderr, "engines, %s\n", w.name)
		on := func(binary, engine, rounds string) func() (float64, error) {
			return func() (float64, error) { return s.bench(binary, w.on(engine), rounds, w.metric) }
		}
		plain := &pair{name: w.name + ", plain", ours: on("train", "simd", "5x"), theirs: on("train", "go", "2x")}
		flagged := &pair{name: w.name + ", experiment", ours: on("train", "simd", "5x"), theirs: on("train-experiment", "go", "2x")}
		s.rotate([]*pair{plain, flagged})
		if plain.err != nil {
			return plain.err
		}
		ours, theirs := median(plain.as), median(plain.bs)
		fmt.Fprintf(b, "| %s | %.1f | %.0f | %.1f | %s |", w.name, ours, theirs, theirs/ours, verdict(theirs/ours, 15))
		if flagged.err != nil {
			fmt.Fprintf(b, " not measured: %s | |\n", brief(flagged.err))
			continue
		}
		ours, theirs = median(flagged.as), median(flagged.bs)
		fmt.Fprintf(b, " %.0f | %.1f |\n", theirs, theirs/ours)
	}
	return nil
}

// start compares a whole process, from its start to the first prediction of one
// conversation.
func (s *session) start(b *bytes.Buffer) error {
	fmt.Fprintln(os.Stderr, "start")
	run := filepath.Join(s.dir, "run")
	file := "synthetic:conversations=3,turns=96"
	gsdnet := filepath.Join(s.dir, "gsdnet")
	if text, err := exec.Command(gsdnet, "train", "--data", file, "--out", run, "--set", "train.epochs=1").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	var memory, theirMemory []float64
	ours, theirs, err := s.alternate(
		func() (float64, error) {
			seconds, resident, err := process(gsdnet, "predict", run, "--in", file, "--out", "-", "--samples", "1")
			memory = append(memory, resident)
			return seconds, err
		},
		func() (float64, error) {
			seconds, resident, err := process(s.python, "bench/reference/first.py")
			theirMemory = append(theirMemory, resident)
			return seconds, err
		})
	fmt.Fprint(b, "\n## From process start to the first prediction\n\n| | gsdnet | Python | share | |\n|:--|--:|--:|--:|:--|\n")
	if err != nil {
		fmt.Fprintf(b, "| not measured: %s |\n", brief(err))
		return nil
	}
	fmt.Fprintf(b, "| seconds | %.2f | %.2f | %.3f | at most a tenth: %s |\n", ours, theirs, ours/theirs, verdict(theirs/ours, 10))
	mine, other := median(memory), median(theirMemory)
	fmt.Fprintf(b, "| resident memory, MiB | %.0f | %.0f | %.3f | at most a third: %s |\n", mine, other, mine/other, verdict(other/mine, 3))
	return nil
}

// process runs a command and returns its seconds and peak resident MiB.
func process(name string, args ...string) (seconds, resident float64, err error) {
	cmd := exec.Command(name, args...)
	start := time.Now()
	if text, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w: %s", name, err, text)
	}
	seconds = time.Since(start).Seconds()
	resident, err = peakMiB(cmd.ProcessState)
	return seconds, resident, err
}

// growth measures the step at other lengths and widths, and plots it.
func (s *session) growth(b *bytes.Buffer) error {
	fmt.Fprint(b, "\n## How the step grows\n\nThe number of operations grows with the length of the conversation, by a power between 1\n(dense layers) and 2 (graphs), and likewise with the width. The slope is the power that the\nrow and the row above it give.\n\n| | ms/step | slope |\n|:--|--:|--:|\n")
	figure := plot.New()
	figure.Title.Text = "One training step"
	figure.X.Label.Text, figure.Y.Label.Text = "length (utterances) or width (channels)", "milliseconds"
	figure.X.Scale, figure.Y.Scale = plot.LogScale{}, plot.LogScale{}
	figure.X.Tick.Marker, figure.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	figure.Legend.Top, figure.Legend.Left = true, true
	for i, axis := range []struct {
		name   string
		values []int
	}{{"length", []int{16, 32, 64, 128, 256}}, {"width", []int{64, 128, 256, 512}}} {
		var points plotter.XYs
		for _, value := range axis.values {
			name := fmt.Sprintf("%s=%d", axis.name, value)
			fmt.Fprintf(os.Stderr, "growth %s\n", name)
			var rounds []float64
			for range s.rounds {
				ms, err := s.bench("train", exact("BenchmarkGrowth", name), "5x", "ms/step")
				if err != nil {
					return err
				}
				rounds = append(rounds, ms)
			}
			ms := median(rounds)
			slope := "–"
			if n := len(points); n > 0 {
				slope = fmt.Sprintf("%.2f", math.Log(ms/points[n-1].Y)/math.Log(float64(value)/points[n-1].X))
			}
			points = append(points, plotter.XY{X: float64(value), Y: ms})
			fmt.Fprintf(b, "| %s | %.1f | %s |\n", name, ms, slope)
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, dots.Color = palette[i], palette[i]
		line.Width = vg.Points(1.5)
		figure.Add(line, dots)
		figure.Legend.Add(axis.name, line, dots)
	}
	figure.Add(plotter.NewGrid())
	fmt.Fprint(b, "\n![One training step against length and width](growth.svg)\n")
	return figure.Save(12*vg.Centimeter, 9*vg.Centimeter, "docs/growth.svg")
}
