package npz_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset"
	"gsdnet/erc"
)

// realFile returns the path of a file of GSDNET_DATA, which is not part of the
// project.
func realFile(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" {
		t.Skip("SKIPPED: set GSDNET_DATA to the folder with hazumi_online.npz and mosi.npz to test on real conversations")
	}
	return filepath.Join(dir, name)
}

// The numbers of utterances, conversations and channels are those of the JSON
// beside the data and of HOUSE's summary of it.
func TestRealCorpora(t *testing.T) {
	cases := []struct {
		file        string
		fields      dataset.Fields
		task        erc.Task
		classes     int
		dims        [3]int
		utterances  int
		byConv      [3]int // conversations of train, valid, test
		name, first string // of the corpus and of its first conversation
	}{
		{"mosi.npz", dataset.Fields{Text: "text_unsup"}, erc.Scores, 0,
			[3]int{371, 73, 100}, 2199, [3]int{53, 9, 31}, "mosi", "03bSnISJMiM"},
		{"hazumi_online.npz", dataset.Fields{Label: "label_centered"}, erc.Scores, 0,
			[3]int{785, 384, 66}, 8132, [3]int{67, 9, 20}, "hazumi_online", ""},
		{"hazumi_online.npz", dataset.Fields{Task: "classes"}, erc.Classes, 3,
			[3]int{785, 384, 66}, 8132, [3]int{67, 9, 20}, "hazumi_online", ""},
	}
	for _, c := range cases {
		path := realFile(t, c.file)
		got := open(t, path, c.fields)
		if got.Task != c.task || got.NumClasses != c.classes || got.Dims != c.dims || got.Name != c.name {
			t.Errorf("%s: got %s, %d, %v, %s", c.file, got.Task, got.NumClasses, got.Dims, got.Name)
		}
		if n := erc.CountUtterances(got.Conversations); n != c.utterances {
			t.Errorf("%s: got %d utterances, want %d", c.file, n, c.utterances)
		}
		for _, s := range erc.Splits {
			if n := len(got.In(s)); n != c.byConv[s] {
				t.Errorf("%s: got %d conversations of %s, want %d", c.file, n, s, c.byConv[s])
			}
		}
		if first := got.Conversations[0].Name; c.first != "" && first != c.first {
			t.Errorf("%s: got %q first, want %q", c.file, first, c.first)
		}
		if want := recordedHash(t, path); got.Hash != want {
			t.Errorf("%s: got hash %s, want %s", c.file, got.Hash, want)
		}
	}
}

// recordedHash is what the JSON beside a file says of its bytes.
func recordedHash(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path[:len(path)-len("npz")] + "json")
	if err != nil {
		t.Fatal(err)
	}
	var beside struct {
		Hash string `json:"sha256_npz"`
	}
	if err := json.Unmarshal(text, &beside); err != nil {
		t.Fatal(err)
	}
	return beside.Hash
}
