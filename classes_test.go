package gsdnet_test

import (
	"slices"
	"testing"

	"gsdnet"
	"gsdnet/erc"
)

// Predicted classes have the names of the training data, also in a corpus without names.
func TestPredictedClassesAreNamed(t *testing.T) {
	names := []string{"sad, a bit", "neutral", "happy"}
	classes := func(c *erc.Corpus) { c.Task, c.NumClasses, c.Classes = erc.Classes, 3, names }
	run := open(t, tinyRun(t, classes))
	defer run.Close()
	if got := run.Classes(); !slices.Equal(got, names) {
		t.Errorf("got the classes %q, want %q", got, names)
	}
	predictions, err := run.Predict(t.Context(), tiny(), gsdnet.Options{Samples: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range predictions {
		if p.Score != nil || p.Class.Name != names[p.Class.Label] || !slices.Equal(p.Class.Names, names) || len(p.Class.Probability) != len(names) {
			t.Fatalf("got %+v", p.Class)
		}
	}
}
