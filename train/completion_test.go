package train_test

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/metric/draws"
	"gsdnet/missing"
	"gsdnet/train/traintest"
)

// scored trains a model a little and evaluates its completions of the test split.
func scored(t *testing.T, name string, corpus *erc.Corpus, samples int) infer.MaskResult {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, name, "train.epochs=1"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	masks, err := run.Masks(corpus, erc.Test, missing.RandomRules("")[5:6])
	if err != nil {
		t.Fatal(err)
	}
	cells, err := run.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: samples, Recovered: true})
	if err != nil {
		t.Fatal(err)
	}
	return cells[0]
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The scores of a completion are finite, its conversations add up to them, and they are
// the same on one processor and on several. A model that does not sample gives K equal
// draws, which cover nothing.
func TestCompletionsAreScored(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 12, Valid: 3, Test: 6, MinTurns: 12, MaxTurns: 20, Dims: [3]int{6, 5, 4}})
	for _, name := range []string{"gsdnet", "zero"} {
		t.Run(name, func(t *testing.T) {
			got := scored(t, name, corpus, 4)
			c := got.Completion
			if c == nil || len(c.Modalities) != 3 || c.Draws != 4 {
				t.Fatalf("got %+v, want three modalities and four draws", c)
			}
			withheld := 0
			for i := range got.Contributions {
				withheld += got.Contributions[i].Cells
			}
			if withheld != c.N || c.N == 0 {
				t.Errorf("%d cells in the conversations, %d in the completion", withheld, c.N)
			}
			for _, s := range draws.Scores() {
				if x := s.Value(c); math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s is %g", s.Key, x)
				}
			}
			if covered := c.Coverage[2].Covered; name == "zero" && covered != 0 || name == "gsdnet" && covered == 0 {
				t.Errorf("%s: coverage %g", name, covered)
			}
			before := runtime.GOMAXPROCS(1)
			again := scored(t, name, corpus, 4)
			runtime.GOMAXPROCS(before)
			if got, want := text(t, again.Completion), text(t, c); got != want {
				t.Errorf("on one processor\n%s\nwant\n%s", got, want)
			}
			if fmt.Sprint(again.Contributions) != fmt.Sprint(got.Contributions) {
				t.Error("on one processor the conversations contribute other sums")
			}
		})
	}
}

// The draws of a conversation in several windows are put in their places: the mean over
// them has the same error as the mean that the evaluation measures itself.
func TestCompletionsOfLongConversations(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 4, Valid: 1, Test: 2, MinTurns: infer.MaxLength + 40, MaxTurns: infer.MaxLength + 60, Dims: [3]int{3, 3, 3}})
	got := scored(t, "gsdnet", corpus, 3)
	// With all axes and one width, the RMSE over the modalities is that over all cells.
	sum, cells := 0.0, 0.0
	for i := range got.Contributions {
		sum, cells = sum+got.Contributions[i].RawSquare, cells+float64(got.Contributions[i].Cells)
	}
	if rmse, want := math.Sqrt(sum/cells), got.Sampled.Get("rmse"); math.Abs(rmse-want) > 1e-9 {
		t.Errorf("RMSE of the raw features %g, want %g", rmse, want)
	}
	for i := range got.Contributions {
		c := &got.Contributions[i]
		if math.Abs(c.Square/c.RawSquare-scaleOf(got.Contributions, c.Modality)) > 1e-4 {
			t.Errorf("%s of conversation %d: squared error %g in the axes and %g in raw features", c.Modality, c.Conversation, c.Square, c.RawSquare)
		}
	}
}

// scaleOf is the ratio of the squared errors of a modality.
func scaleOf(all []draws.Contribution, modality string) float64 {
	square, raw := 0.0, 0.0
	for i := range all {
		if all[i].Modality == modality {
			square, raw = square+all[i].Square, raw+all[i].RawSquare
		}
	}
	return square / raw
}

// Without conversations to fit the space to, completions are not scored.
func TestNoTrainingSplitNoScores(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 4, Valid: 2, Test: 3, MinTurns: 5, MaxTurns: 6, Dims: [3]int{3, 3, 3}})
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, "zero", "train.epochs=1"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	alone := *corpus
	alone.Conversations = slices.DeleteFunc(slices.Clone(corpus.Conversations), func(c erc.Conversation) bool { return c.Split != erc.Test })
	masks, err := missing.FreezeAll(&alone, erc.Test, missing.RandomRules("")[5:6], 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*erc.Corpus{&alone, corpus} {
		cells, err := run.Evaluate(t.Context(), c, erc.Test, masks, infer.Request{Samples: 1, Recovered: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := cells[0].Completion != nil, c == corpus; got != want {
			t.Errorf("scored: %v, want %v", got, want)
		}
		if cells[0].Raw == nil {
			t.Error("recovered features are not compared")
		}
	}
}
