package train

import (
	"math"
	"path/filepath"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/missing"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
)

func conversations(n int) *erc.Corpus {
	return synthetic.New(synthetic.Config{Train: n, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 7, Dims: [3]int{4, 3, 2}})
}

// withLabels returns the IDs of the training conversations that have labels.
func withLabels(c *erc.Corpus) map[int32]bool {
	out := map[int32]bool{}
	for _, conv := range c.In(erc.Train) {
		switch n := countLabels(c.Task, &conv); n {
		case 0:
		case len(conv.Utterances):
			out[conv.ID] = true
		default:
			panic("a conversation lost some of its labels")
		}
	}
	return out
}

// The conversations that keep their labels at a smaller share keep them at a larger one;
// another seed keeps others, and the splits that are held out keep all.
func TestLabelsAreNested(t *testing.T) {
	c := conversations(40)
	var before map[int32]bool
	for _, step := range []struct {
		share float64
		want  int
	}{{0.001, 1}, {0.05, 2}, {0.1, 4}, {0.25, 10}, {0.5, 20}} {
		kept := keepLabels(c, step.share, 7)
		got := withLabels(kept)
		if len(got) != step.want {
			t.Errorf("%g: got %d conversations with labels, want %d", step.share, len(got), step.want)
		}
		for id := range before {
			if !got[id] {
				t.Errorf("%g: conversation %d has lost the labels that it had at a smaller share", step.share, id)
			}
		}
		before = got
		for _, conv := range append(kept.In(erc.Valid), kept.In(erc.Test)...) {
			if math.IsNaN(float64(conv.Utterances[0].Label)) {
				t.Error("a label of a split that is held out is gone")
			}
		}
	}
	same := true
	for id := range withLabels(keepLabels(c, 0.5, 8)) {
		same = same && before[id]
	}
	if same {
		t.Error("another seed keeps the same labels")
	}
	if len(withLabels(c)) != 40 {
		t.Error("the given corpus has changed")
	}
}

// Training on complete conversations withholds nothing, in no batch and not in the data
// that a model is fitted to, whatever the protocol.
func TestCompleteTrainingHasNoHoles(t *testing.T) {
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	for _, rate := range []string{missing.CompleteOnly, missing.Mixed} {
		config := rundir.DefaultConfig()
		config.Model, config.Missing.Protocol, config.Missing.Rate = "zero", "burst", rate
		f, err := newFitter(Options{Config: config, Corpus: conversations(6), Out: filepath.Join(t.TempDir(), "run"), Backend: backend})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		holes := 0
		for epoch := range 3 {
			seen, _ := f.withhold("withhold", epoch, f.allIndices())
			for i := range seen {
				for _, p := range seen[i].Present {
					holes += erc.NumModalities - p.Count()
				}
			}
		}
		f.close()
		if complete := rate == missing.CompleteOnly; complete != (holes == 0) {
			t.Errorf("%s: %d holes", rate, holes)
		}
	}
}
