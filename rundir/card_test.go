package rundir_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
)

// The card says where a run comes from. Names of strangers do not break its lines, and two
// cards of a run differ in time alone.
func TestCard(t *testing.T) {
	config := rundir.DefaultConfig()
	config.Missing = missing.DefaultSettings()
	config.Train.Seed, config.Missing.Seed = 7, 5
	corpus := &erc.Corpus{Name: "a | b\n# c", Task: erc.Classes, NumClasses: 2, Dims: [erc.NumModalities]int{2, 1, 0}, Speakers: []string{"anna"},
		Conversations: []erc.Conversation{
			{ID: 0, Split: erc.Train, Utterances: []erc.Utterance{{Present: erc.All}, {Present: erc.None.With(erc.Text)}}},
			{ID: 1, Split: erc.Valid, Utterances: []erc.Utterance{{Present: erc.None.With(erc.Text)}, {Present: erc.All}}},
		}}
	meta := rundir.Meta{Setup: model.Setup{Dims: corpus.Dims, Task: erc.Classes, NumClasses: 2}, DataHash: "data", MaskHash: "masks",
		Classes: []string{"joy\nand `fun`", "fear"}, Epoch: 3, Validation: 0.5}
	write := func(elapsed time.Duration) string {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "first")
		run, err := rundir.Open(dir, config, false)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		if err := run.WriteCard(rundir.Card{Meta: meta, Corpus: corpus, Config: config, Parameters: 42, Epochs: 9, Backend: "simd", Elapsed: elapsed}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(run.Path(rundir.CardFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	got := write(time.Minute)
	for _, want := range []string{
		"# first\n", "the emotion (joy and 'fun', fear)", "| corpus | a / b # c |\n", "| SHA-256 of the file | `data` |", "| SHA-256 of the frozen masks | `masks` |",
		"| train | 1 conversation, 2 utterances |", "| test | 0 conversations, 0 utterances |", "| audio | 1 features, which 50.0 % of the utterances lack by nature |",
		"| visual | none |", "weights of epoch 3 of 9", "0.5000", "| seed | 7;", "| seed of the masks | 5 |", "| time | 60 s in the process", "| machine | ", "simd",
		"## What it is for", "Article 5(1)(f)", "Annex III, point 1(c)", "Article 50(3)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the card has no %q:\n%s", want, got)
		}
	}
	timeless := regexp.MustCompile(`\| time \| [0-9]+ s`).ReplaceAllString
	if again := write(2 * time.Minute); timeless(got, "") != timeless(again, "") {
		t.Errorf("two cards differ in more than time:\n%s\n%s", got, again)
	}
}
