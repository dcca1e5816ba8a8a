package classes_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/metric/classes"
)

// confused is a confusion that can be counted by hand: three of joy, of which two are
// found, two of anger, of which one is found, and none of fear, which is predicted once.
func confused() *classes.Confusion {
	return classes.Confuse([]string{"joy", "anger", "fear"}, []int32{0, 0, 0, 1, 1, -1}, []int32{0, 0, 1, 1, 2, 0})
}

func TestConfusionByHand(t *testing.T) {
	c := confused()
	if diff := cmp.Diff([][]int{{2, 1, 0}, {0, 1, 1}, {0, 0, 0}}, c.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if c.N() != 5 {
		t.Errorf("got %d utterances, want 5", c.N())
	}
	want := []classes.ClassScores{
		{Name: "joy", N: 3, Precision: 1, Recall: 2.0 / 3, F1: 2 * 2.0 / (3 + 2)},
		{Name: "anger", N: 2, Precision: 0.5, Recall: 0.5, F1: 2 * 1.0 / (2 + 2)},
		{Name: "fear", N: 0, Precision: 0, Recall: nan, F1: 0},
	}
	if diff := cmp.Diff(want, c.PerClass(), cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	shares := [][]float64{{2.0 / 3, 1.0 / 3, 0}, {0, 0.5, 0.5}, {nan, nan, nan}}
	if diff := cmp.Diff(shares, c.Shares(), cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}
	nowhere := classes.Confuse([]string{"joy", "anger"}, []int32{0}, []int32{0}).PerClass()[1]
	near(t, "precision of a class that is nowhere", nowhere.Precision, nan)
	near(t, "F1 of a class that is nowhere", nowhere.F1, nan)
}

func TestConfusionsAddUp(t *testing.T) {
	c := confused()
	got := classes.Add(nil, c, c)
	if diff := cmp.Diff(&classes.Confusion{Names: c.Names, Counts: [][]int{{4, 2, 0}, {0, 2, 2}, {0, 0, 0}}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Counts[0][0] != 2 {
		t.Error("a part was changed")
	}
	if got := classes.Add(nil, nil); got != nil {
		t.Errorf("got %v of no parts, want nil", got)
	}
	if got := classes.Add(c, classes.Confuse([]string{"joy"}, nil, nil)); got != nil {
		t.Errorf("got %v of parts with different classes, want nil", got)
	}
}

func TestConfusionInJSON(t *testing.T) {
	text, err := json.Marshal(classes.Confuse([]string{"joy, or so", "anger"}, []int32{0, 0}, []int32{0, 0}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"classes":["joy, or so","anger"],"counts":[[2,0],[0,0]],"per_class":[` +
		`{"class":"joy, or so","n":2,"precision":1,"recall":1,"f1":1},` +
		`{"class":"anger","n":0,"precision":null,"recall":null,"f1":null}]}`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var back classes.Confusion
	if err := json.Unmarshal(text, &back); err != nil || back.N() != 2 || back.Names[0] != "joy, or so" {
		t.Errorf("read back %v, %v", back, err)
	}
	for _, bad := range []string{
		`{"classes":["a"],"counts":[]}`, `{"classes":["a"],"counts":[[1,2]]}`, `{"classes":["a"],"counts":[[-1]]}`, `{"classes":["a"],"counts":[[0.5]]}`,
	} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
