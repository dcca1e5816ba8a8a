package rundir_test

import (
	"strings"
	"testing"

	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

func TestResolvedReadsBack(t *testing.T) {
	c := traintest.Config(t, "gsdnet", `missing.rate="0.3"`, "data.text=text_unsup", "gsdnet.prior.rank=7")
	text, err := c.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again := rundir.DefaultConfig()
	if err := again.Parse("resolved", text); err != nil {
		t.Fatal(err)
	}
	if got, err := again.Resolved(); err != nil || string(got) != string(text) {
		t.Errorf("got %s, %v, want %s", got, err, text)
	}
	for _, want := range []string{"model = 'gsdnet'", "rate = '0.3'", "text = 'text_unsup'", "rank = 7"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("resolved config has no %s:\n%s", want, text)
		}
	}
}

func TestSet(t *testing.T) {
	c := rundir.DefaultConfig()
	for _, assignment := range []string{"train.epochs=7", "train.rate = 0.01", "missing.rate=0.5", "data.label=mood", "gsdnet.prior.speakers=false"} {
		if err := c.Set(assignment); err != nil {
			t.Errorf("%s: %v", assignment, err)
		}
	}
	if c.Train.Epochs != 7 || c.Train.LearningRate != 0.01 || c.Missing.Rate != "0.5" || c.Data.Label != "mood" {
		t.Errorf("got %+v", c)
	}
}
