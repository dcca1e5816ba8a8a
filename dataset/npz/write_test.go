package npz_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	archive "gsdnet/internal/npz"
)

// hole makes a synthetic corpus with something missing everywhere.
func hole(cfg synthetic.Config) *erc.Corpus {
	corpus := synthetic.New(cfg)
	for i := range corpus.Conversations {
		for j := range corpus.Conversations[i].Utterances {
			u := &corpus.Conversations[i].Utterances[j]
			m := erc.Modality((i + j) % 4)
			if m <= erc.Visual {
				u.Features[m], u.Present = nil, u.Present&^(1<<m)
			}
			if j == 0 {
				u.Label, u.Class = nan, erc.Unlabelled
			}
		}
	}
	return corpus
}

func TestWrittenCorpusReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "synthetic.npz")
	for _, task := range []erc.Task{erc.Scores, erc.Classes} {
		want := hole(synthetic.Config{Seed: 7})
		if err := npz.Write(path, want); err != nil {
			t.Fatal(err)
		}
		got := open(t, path, dataset.Fields{Task: task.String()})
		for i := range want.Conversations {
			for j := range want.Conversations[i].Utterances {
				if u := &want.Conversations[i].Utterances[j]; task == erc.Scores {
					u.Class = erc.Unlabelled
				} else {
					u.Label = nan
				}
			}
		}
		if want.Task = task; task == erc.Classes {
			want.NumClasses = 3
		}
		want.Hash, want.Classes = got.Hash, nil // the names are in the JSON beside it
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", task, diff)
		}
	}
}

func TestWrittenBytesAreTheSame(t *testing.T) {
	dir := t.TempDir()
	var files [2][]byte
	for i := range files {
		path := filepath.Join(dir, "a.npz")
		if err := npz.Write(path, synthetic.New(synthetic.Config{})); err != nil {
			t.Fatal(err)
		}
		files[i], _ = os.ReadFile(path)
	}
	if !bytes.Equal(files[0], files[1]) || len(files[0]) == 0 {
		t.Errorf("got two files of %d and %d bytes, want the same bytes", len(files[0]), len(files[1]))
	}
}

func TestWriteWithoutLabels(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Test: 1})
	for j := range corpus.Conversations[0].Utterances {
		u := &corpus.Conversations[0].Utterances[j]
		u.Label, u.Class = nan, erc.Unlabelled
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := npz.Write(path, corpus); err != nil {
		t.Fatal(err)
	}
	file, err := archive.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"text", "audio", "visual", "present", "dialogue", "turn", "speaker", "split"}
	if got := file.Names(); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWriteFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	faults := map[string]func(c *erc.Corpus){
		"no utterances":            func(c *erc.Corpus) { c.Conversations = nil },
		"3 channels of text, want": func(c *erc.Corpus) { c.Conversations[0].Utterances[0].Features[0] = make([]float32, 3) },
		"0 channels of text, want": func(c *erc.Corpus) { c.Conversations[0].Utterances[0].Features[0] = nil },
		"beyond int32":             func(c *erc.Corpus) { c.Conversations[0].Utterances[0].Turn = 1 << 40 },
	}
	for want, spoil := range faults {
		corpus := synthetic.New(synthetic.Config{Test: 1})
		spoil(corpus)
		err := npz.Write(path, corpus)
		if err == nil || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// The names of classes, features and conversations come along in the JSON beside
// the file.
func TestWrittenNamesReadBack(t *testing.T) {
	want := synthetic.New(synthetic.Config{Test: 2, Dims: [3]int{2, 1, 1}})
	want.Name, want.Conversations[1].Name = "two talks", "second talk"
	want.Channels = [3][]string{{"valence", "arousal"}, {"pitch"}, nil}
	path := filepath.Join(t.TempDir(), "talks.npz")
	if err := npz.Write(path, want); err != nil {
		t.Fatal(err)
	}
	table, err := dataset.Tabulate(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := npz.WriteNames(path, table); err != nil {
		t.Fatal(err)
	}
	got := open(t, path, dataset.Fields{Task: "classes"})
	if got.Name != want.Name || got.Conversations[0].Name != "dialogue 0" || got.Conversations[1].Name != "second talk" {
		t.Errorf("got names %q, %q and %q", got.Name, got.Conversations[0].Name, got.Conversations[1].Name)
	}
	if !cmp.Equal(got.Classes, want.Classes) || !cmp.Equal(got.Channels, want.Channels) {
		t.Errorf("got classes %q and features %q, want %q and %q", got.Classes, got.Channels, want.Classes, want.Channels)
	}
}

// Names in the JSON beside a file cannot break a line of a table, or send a terminal what it
// obeys: in none of the names that are shown.
func TestNamesBesideAFileHaveNoControlCharacters(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Test: 2, Dims: [3]int{2, 1, 1}})
	path := filepath.Join(t.TempDir(), "talks.npz")
	if err := npz.Write(path, corpus); err != nil {
		t.Fatal(err)
	}
	names := `{"name": "two\ntalks\u001b[2J", "dialogues": ["first\r\ntalk", "second\u0007"],
		"classes": ["very\nsad", "\u001b[31mbad\u001b[0m", "calm\tand quiet", "glad"], "text_names": ["val\u0000ence", "arousal\n"]}`
	if err := os.WriteFile(npz.NamesFile(path), []byte(names), 0o600); err != nil {
		t.Fatal(err)
	}
	got := open(t, path, dataset.Fields{Task: "classes"})
	if got.Name != "two talks[2J" || got.Conversations[0].Name != "first  talk" || got.Conversations[1].Name != "second" {
		t.Errorf("got the names %q, %q and %q", got.Name, got.Conversations[0].Name, got.Conversations[1].Name)
	}
	if want := []string{"very sad", "[31mbad[0m", "calm and quiet", "glad"}; !cmp.Equal(got.Classes, want) {
		t.Errorf("got the classes %q, want %q", got.Classes, want)
	}
	if want := []string{"valence", "arousal"}; !cmp.Equal(got.Channels[0], want) {
		t.Errorf("got the features %q, want %q", got.Channels[0], want)
	}
}
