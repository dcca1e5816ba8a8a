package ercpickle_test

import (
	"testing"

	_ "gsdnet/dataset/ercpickle"
	"gsdnet/dataset/formattest"
	_ "gsdnet/dataset/mmsa" // another format of the same extension
	"gsdnet/erc"
)

func TestConformance(t *testing.T) {
	for _, name := range []string{"IEMOCAP_features", "MELD_features_raw1", "MELD_features_raw"} {
		s := formattest.Suite{Path: "testdata/" + name + ".pkl", Want: formattest.Want(t, "testdata/"+name+".json", erc.Classes)}
		if name == "IEMOCAP_features" {
			s.Refuse = map[string]string{
				"bad/labels.pkl": `: conversation "3": its labels are not 2 numbers`,
				"bad/word.pkl":   `: conversation "3": its labels are not 2 numbers`,
				"bad/fewer.pkl":  `: conversation "3": audio of 1 utterances, but 2 speakers`,
				"bad/width.pkl":  `: conversation "3": utterance 1 has 3 features of audio, want 2`,
				"bad/absent.pkl": `: conversation "3": it has no list of speakers`,
				"bad/short.pkl":  ": none of the known formats: pickle of",
				"bad/empty.pkl":  ": text: no features of any modality",
			}
		}
		t.Run(name, func(t *testing.T) { formattest.Run(t, s) })
	}
}
