//go:build !race

package main

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/internal/npz"
	"gsdnet/train/traintest"
)

// TestLongConversationsFit predicts and imputes a conversation of 10,000 utterances of wide
// features, of which half the cells are missing, and reads the peak of memory. The features
// of all utterances and channels take 49 MB as float32. A process must stay below 1 GiB. The
// bounds here are lower, because a larger number of processors needs more.
func TestLongConversationsFit(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: measures the memory of commands on a long conversation")
	}
	widths := [erc.NumModalities]int{785, 384, 66}
	dir := traintest.Run(t, traintest.Config(t, "gsdnet", "train.epochs=1", "gsdnet.head_draws=1", "gsdnet.prior.rank=64"), synthetic.New(synthetic.Config{
		Train: 8, Valid: 1, Test: 1, Dims: widths,
	}))
	in := filepath.Join(t.TempDir(), "long.npz")
	if err := longFile(10_000, widths).WriteFile(in); err != nil {
		t.Fatal(err)
	}
	const mebi = 1 << 20
	for _, c := range []struct {
		verb, out string
		most      float64
	}{{"predict", "out.csv", 850 * mebi}, {"impute", "out.npz", 850 * mebi}} {
		cmd := exec.Command("gsdnet", c.verb, dir, "--in", in, "--out", filepath.Join(t.TempDir(), c.out), "--samples", "2")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", c.verb, err, out)
		}
		peak := 1024 * float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
		t.Logf("%s: %.0f MiB", c.verb, peak/mebi)
		if peak > c.most {
			t.Errorf("%s: got a peak of %.0f MiB, want at most %.0f", c.verb, peak/mebi, c.most/mebi)
		}
	}
}

// longFile returns a conversation of n utterances with random features, of which half the
// cells are missing and no utterance misses all.
func longFile(n int, widths [erc.NumModalities]int) *npz.File {
	rng := rand.New(rand.NewPCG(61, 1))
	f := &npz.File{}
	for _, m := range erc.Modalities {
		x := make([]float32, n*widths[m])
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		f.Set(m.String(), npz.From(x, n, widths[m]))
	}
	turns, present := make([]int32, n), make([]uint8, erc.NumModalities*n)
	for i := range turns {
		turns[i] = int32(i)
		for bytes.Count(present[erc.NumModalities*i:][:erc.NumModalities], []byte{1}) == 0 {
			for m := range erc.NumModalities {
				present[erc.NumModalities*i+m] = uint8(rng.IntN(2))
			}
		}
	}
	f.Set("dialogue", npz.From(make([]int32, n), n))
	f.Set("turn", npz.From(turns, n))
	f.Set("present", npz.From(present, n, erc.NumModalities))
	return f
}
