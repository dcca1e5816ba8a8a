package npz_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/dataset"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
)

func TestDescribe(t *testing.T) {
	d := dataset.Describe(open(t, save(t, sample()), dataset.Fields{}))
	all := d.Parts[len(d.Parts)-1]
	want := dataset.Part{
		Split: "all", Conversations: 2, Utterances: 5, Speakers: 3,
		Turns:      dataset.Quantiles{Min: 2, Q25: 2, Median: 3, Q75: 3, Max: 3},
		Missing:    map[string]int{"text": 0, "audio": 1, "visual": 0},
		Modalities: [3]int{0, 1, 4},
		Labelled:   4,
		Scores: &dataset.Scores{Mean: 0.125, Deviation: all.Scores.Deviation, Min: -3, Max: 3, Zero: 1,
			Histogram: [7]int{1, 0, 0, 2, 0, 0, 1}}, // 0.5 rounds to 0
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	// Labels 3, -3, 0.5, 0.
	if got, want := all.Scores.Deviation, math.Sqrt(18.25/4-0.125*0.125); math.Abs(got-want) > 1e-12 {
		t.Errorf("deviation: got %g, want %g", got, want)
	}
	var splits []string
	for _, p := range d.Parts {
		splits = append(splits, p.Split)
	}
	if want := []string{"train", "test", "all"}; !cmp.Equal(splits, want) {
		t.Errorf("parts: got %v, want %v", splits, want)
	}
	text, err := json.Marshal(d)
	if err != nil || !strings.Contains(string(text), `"histogram":[1,0,0,2,0,0,1]`) {
		t.Errorf("JSON: got %s, %v", text, err)
	}
}

func TestDescribeTable(t *testing.T) {
	corpus := open(t, save(t, sample()), dataset.Fields{Task: "classes"})
	corpus.Hash = "0123"
	var got bytes.Buffer
	if _, err := dataset.Describe(corpus).WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	want := `corpus: 4 classes, text 2, audio 3, visual 1
sha256 0123

                               train       test        all
   conversations                   1          1          2
   utterances                      2          3          5
   turns, quartiles            2-2-2      3-3-3      2-3-3
   turns, range                  2-2        3-3        2-3
   speakers at most                2          3          3
   without text             0   0.0%   0   0.0%   0   0.0%
   without audio            1  50.0%   0   0.0%   1  20.0%
   without visual           0   0.0%   0   0.0%   0   0.0%
   with 1 modality          0   0.0%   0   0.0%   0   0.0%
   with 2 modalities        1  50.0%   0   0.0%   1  20.0%
   with 3 modalities        1  50.0%   3 100.0%   4  80.0%
   labelled                 2 100.0%   2  66.7%   4  80.0%
   class 0                  0   0.0%   2  66.7%   2  40.0%
   class 1                  1  50.0%   0   0.0%   1  20.0%
   class 2                  0   0.0%   0   0.0%   0   0.0%
   class 3                  1  50.0%   0   0.0%   1  20.0%
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestDescribeScoresTable(t *testing.T) {
	var got bytes.Buffer
	corpus := open(t, save(t, sample()), dataset.Fields{})
	if _, err := dataset.Describe(corpus).WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"label mean ", " 0.125\n", "label rounds to -3 ", "label rounds to  0 ", "label exactly 0 "} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", got.String(), want)
		}
	}
}

// Classes are described by their names where the file has them.
func TestDescribeNamesClasses(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Test: 2})
	corpus.Task, corpus.NumClasses = erc.Classes, 3
	var got strings.Builder
	if _, err := dataset.Describe(corpus).WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"class 0 negative ", "class 2 positive "} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", got.String(), want)
		}
	}
}
