package infer_test

import (
	"slices"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/missing"
	"gsdnet/train/traintest"
)

// A run keeps the names of its classes, and results name them. Labels with other names are
// refused.
func TestRunKeepsClassNames(t *testing.T) {
	corpus, err := dataset.Open("synthetic:conversations=12,turns=4-6", dataset.Fields{Task: "classes"})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"negative", "neutral", "positive"}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(traintest.Run(t, traintest.Config(t, "zero"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer trained.Close()
	if got := trained.ClassNames(); !slices.Equal(got, names) {
		t.Errorf("got the names %q, want %q", got, names)
	}
	evaluate := func() ([]infer.MaskResult, error) {
		masks, err := trained.Masks(corpus, erc.Test, []missing.Rule{{Protocol: missing.Random, Point: "0.5"}})
		if err != nil {
			t.Fatal(err)
		}
		return trained.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: 1})
	}
	cells, err := evaluate()
	if err != nil {
		t.Fatal(err)
	}
	if c := cells[0].Confusion; !slices.Equal(c.Names, names) || c.N() != len(cells[0].Labels) || len(cells[0].Probabilities) != c.N() {
		t.Errorf("got %v of %d utterances", c, len(cells[0].Labels))
	}
	corpus.Classes = []string{"negative", "positive", "neutral"}
	if _, err := evaluate(); err == nil || !strings.Contains(err.Error(), `class 1 is "positive", but`) {
		t.Errorf("got error %v, want one of the class that has another name", err)
	}
	corpus.Classes = nil
	if cells, err = evaluate(); err != nil || !slices.Equal(cells[0].Confusion.Names, names) {
		t.Errorf("without names in the data: %v", err)
	}
	trained.Classes, corpus.Classes = nil, []string{"a", "b", "c"}
	if cells, err = evaluate(); err != nil || !slices.Equal(cells[0].Confusion.Names, corpus.Classes) {
		t.Errorf("without names in the run: %v", err)
	}
}
