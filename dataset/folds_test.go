package dataset_test

import (
	"strings"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Every conversation is a test conversation of exactly one fold and a validation
// conversation of exactly one other, and the validation split of a fold is the test split
// of the next one.
func TestFoldsPartitionTheCorpus(t *testing.T) {
	const folds = 5
	corpus, err := dataset.Open("synthetic:seed=5,conversations=23,turns=2-3", dataset.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	var before []erc.Split
	for _, conv := range corpus.Conversations {
		before = append(before, conv.Split)
	}
	tested, validated := map[int32]int{}, map[int32]int{}
	for fold := 1; fold <= folds; fold++ {
		c, err := dataset.Folded(corpus, folds, fold)
		if err != nil {
			t.Fatal(err)
		}
		for _, conv := range c.Conversations {
			switch conv.Split {
			case erc.Test:
				if tested[conv.ID] != 0 {
					t.Errorf("conversation %d is tested in folds %d and %d", conv.ID, tested[conv.ID], fold)
				}
				tested[conv.ID] = fold
			case erc.Valid:
				validated[conv.ID] = fold
			}
		}
		if n := len(c.In(erc.Test)); n < 4 || n > 5 {
			t.Errorf("fold %d has %d of 23 conversations, want 4 or 5", fold, n)
		}
	}
	for i, conv := range corpus.Conversations {
		if conv.Split != before[i] {
			t.Errorf("the split of conversation %d of the given corpus has changed", conv.ID)
		}
		if got, want := validated[conv.ID]%folds+1, tested[conv.ID]; got != want {
			t.Errorf("conversation %d is validated in fold %d and tested in fold %d", conv.ID, validated[conv.ID], want)
		}
	}
	if len(tested) != 23 {
		t.Errorf("%d conversations are tested, want 23", len(tested))
	}
}

// Open divides by the fold that the fields name, and a reader that needs no splits does
// not: a run of a fold applies to a file with fewer conversations than folds.
func TestOpenOfAFold(t *testing.T) {
	const path = "synthetic:seed=5,conversations=9,turns=2-3"
	whole, err := dataset.Open(path, dataset.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := dataset.Folded(whole, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, err := dataset.Open(path, dataset.Fields{Folds: 3, Fold: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Conversations {
		if got.Conversations[i].Split != want.Conversations[i].Split {
			t.Errorf("conversation %d: got split %s, want %s", i, got.Conversations[i].Split, want.Conversations[i].Split)
		}
	}
	if _, err := dataset.Open(path, dataset.Fields{Folds: 40, Fold: 2, Task: "none"}); err != nil {
		t.Error(err)
	}
}

func TestFoldsThatDoNotExist(t *testing.T) {
	for _, c := range []struct {
		folds, fold int
		want        string
	}{
		{2, 1, "a cross-validation of 2 folds is not possible"},
		{0, 1, "a cross-validation of 0 folds is not possible"},
		{3, 0, "fold 0 of 3 does not exist"},
		{3, 4, "fold 4 of 3 does not exist"},
		{10, 1, "10 folds need as many conversations, and there are 9 conversations"},
	} {
		_, err := dataset.Open("synthetic:seed=5,conversations=9,turns=2-3", dataset.Fields{Folds: c.folds, Fold: c.fold})
		if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d, %d: got %v, want %q", c.folds, c.fold, err, c.want)
		}
	}
}
