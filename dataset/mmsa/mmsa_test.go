package mmsa_test

import (
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	_ "gsdnet/dataset/mmsa"
	"gsdnet/erc"
)

func TestConformance(t *testing.T) {
	for name, s := range map[string]formattest.Suite{
		"aligned":          {Path: "testdata/aligned.pkl", Want: formattest.Want(t, "testdata/aligned.json", erc.Scores)},
		"aligned, classes": {Path: "testdata/aligned.pkl", Fields: dataset.Fields{Task: "classes"}, Want: formattest.Want(t, "testdata/aligned.json", erc.Classes)},
		"unaligned": {Path: "testdata/unaligned.pkl", Want: formattest.Want(t, "testdata/unaligned.json", erc.Scores), Refuse: map[string]string{
			"bad/lengths.pkl": `: test, key "audio_lengths": want 2 numbers`,
			"bad/fewer.pkl":   `: valid, key "audio": 2 utterances, but 1 ids`,
			"bad/width.pkl":   `: valid, key "audio": utterance 0 has 4 features, want 3`,
			"bad/labels.pkl":  `: test, key "regression_labels": want 2 numbers`,
			"bad/score.pkl":   `: test, id "video_1$_$w", key "regression_labels": 7 is not a score`,
			"bad/twice.pkl":   `: test, id "f$_$1", key "turn": dialogue "f" has turn 1 already`,
			"bad/ids.pkl":     `: test, key "id": want a list of texts`,
			"bad/other.pkl":   ": none of the known formats: pickle of",
			"bad/nan.pkl":     `: valid, id "video_1$_$z", key "text": channel 0 is NaN, but channel 1 is not`,
			"bad/shared.pkl":  `, key "text": more features than a file of this size can hold`,
			"bad/evil.pkl":    `system", which is refused`,
			"bad/absent.pkl":  ": no such file",
		}},
	} {
		t.Run(name, func(t *testing.T) { formattest.Run(t, s) })
	}
}

// A key is chosen as an array of a .npz is.
func TestKeys(t *testing.T) {
	got := formattest.Open(t, "testdata/unaligned.pkl", dataset.Fields{Label: "regression_labels_T", Visual: "audio"})
	if u := got.Conversations[0].Utterances[0]; u.Label != 0 || got.Dims[erc.Visual] != 3 {
		t.Errorf("got label %g and %d visual features, want 0 and those of audio, 3", u.Label, got.Dims[erc.Visual])
	}
	_, err := dataset.Open("testdata/unaligned.pkl", dataset.Fields{Text: "bert"})
	formattest.Refused(t, "testdata/unaligned.pkl", err, `: train, key "bert": not in the file`)
}
