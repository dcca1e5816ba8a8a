package train_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train"
	"gsdnet/train/traintest"
)

// measured lists the settings whose memory is measured: a model, then assignments. The
// first number is the number of utterances of a conversation.
var measured = []string{
	"20 gsdnet gsdnet.blocks=6",
	"20 zero zero.width=512 zero.hidden=512",
	"20 gcnet gcnet.width=384",
	"250 gsdnet gsdnet.sampler.steps=2 train.batch=2",
}

// setUp returns the config and the corpus of one of the measured settings.
func setUp(t *testing.T, spec string) (*rundir.Config, *erc.Corpus) {
	t.Helper()
	words := strings.Fields(spec)
	turns, err := strconv.Atoi(words[0])
	if err != nil {
		t.Fatal(err)
	}
	c := rundir.DefaultConfig()
	c.Model, c.Train.Epochs = words[1], 1
	for _, assignment := range words[2:] {
		if err := c.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	return c, synthetic.New(synthetic.Config{
		Train: 8, Valid: 1, Test: 1, MinTurns: turns, MaxTurns: turns, Dims: [erc.NumModalities]int{100, 74, 35},
	})
}

// TestEstimate trains in separate processes and compares the estimates with their peaks of
// memory. The environment variable MEASURE gives such a process its settings.
func TestEstimate(t *testing.T) {
	if spec := os.Getenv("MEASURE"); spec != "" {
		c, corpus := setUp(t, spec)
		traintest.Run(t, c, corpus)
		return
	}
	if testing.Short() || raceDetector {
		t.Skip("SKIPPED: measures the memory of trainings")
	}
	for _, spec := range measured {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEstimate$")
		cmd.Env = append(os.Environ(), "MEASURE="+spec, "TMPDIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", spec, err, out)
		}
		peak, ok := peakMemory(cmd.ProcessState)
		if !ok {
			t.Skip("SKIPPED: the system does not say how much memory a process used")
		}
		c, corpus := setUp(t, spec)
		cost, err := train.Estimate(c, model.Setup{Dims: corpus.Dims, Task: corpus.Task}, lengths(corpus))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: measured %.0f MB, estimated %.0f MB and %.2g s a step", spec, peak/1e6, cost.Bytes/1e6, cost.Seconds)
		if ratio := cost.Bytes / peak; ratio < 0.5 || ratio > 2 {
			t.Errorf("%s: measured %.0f MB, estimated %.0f MB, want within a factor of 2", spec, peak/1e6, cost.Bytes/1e6)
		}
	}
}

// lengths returns the numbers of utterances of the training conversations.
func lengths(c *erc.Corpus) (out []int) {
	for _, conv := range c.In(erc.Train) {
		out = append(out, len(conv.Utterances))
	}
	return out
}

// Every model implements model.Sized. Longer conversations, more conversations and a larger
// width need more memory.
func TestEveryModelHasASize(t *testing.T) {
	setup := model.Setup{Dims: [erc.NumModalities]int{10, 10, 10}, Task: erc.Scores}
	for _, name := range model.Names() {
		c := rundir.DefaultConfig()
		c.Model = name
		bytes := func(lengths ...int) float64 {
			cost, err := train.Estimate(c, setup, lengths)
			if err != nil {
				t.Fatal(err)
			}
			return cost.Bytes
		}
		small := bytes(20, 20)
		if longer, more := bytes(20, 200), bytes(20, 20, 20, 20); small <= 64<<20 || longer <= small || more <= small {
			t.Errorf("%s: %.0f bytes for two conversations, %.0f for a longer one, %.0f for more", name, small, longer, more)
		}
		if err := c.Set(name + ".width=1024"); err != nil {
			t.Fatal(err)
		}
		if wider := bytes(20, 20); wider <= small {
			t.Errorf("%s: %.0f bytes, and %.0f with a larger width", name, small, wider)
		}
	}
}

// Training that does not fit into memory is refused before it starts, with the
// estimate and the setting to lower.
func TestTooMuchMemoryIsRefused(t *testing.T) {
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	c, corpus := setUp(t, "20 gsdnet gsdnet.sampler.steps=1000 gsdnet.blocks=64 gsdnet.width=4096")
	dir := filepath.Join(t.TempDir(), "run")
	_, err = train.Fit(t.Context(), train.Options{Config: c, Corpus: corpus, Out: dir, Backend: backend})
	if err == nil || !strings.Contains(err.Error(), "GiB of memory") || fault.Of(err) != "lower gsdnet.width" || !fault.IsInput(err) {
		t.Errorf("got %v (%s), want an error with the estimate and the width to lower", err, fault.Of(err))
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the run directory was made all the same")
	}
}
