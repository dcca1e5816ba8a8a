package gcnet_test

import (
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/ercpickle" // another format of the same extension
	"gsdnet/dataset/formattest"
	_ "gsdnet/dataset/gcnet"
	"gsdnet/erc"
)

func TestConformance(t *testing.T) {
	for name, s := range map[string]formattest.Suite{
		"CMU-MOSI": {Path: "testdata/CMUMOSI", Want: formattest.Want(t, "testdata/CMUMOSI.json", erc.Scores), Damage: "CMUMOSI_features_raw_2way.pkl"},
		"CMU-MOSI, pickle": {Path: "testdata/CMUMOSI", Want: formattest.Want(t, "testdata/CMUMOSI.json", erc.Scores),
			Damage: "features/wav2vec-large-c-UTT/aB_1.npy"},
		"IEMOCAP": {Path: "testdata/IEMOCAP", Want: formattest.Want(t, "testdata/IEMOCAP.json", erc.Classes), Damage: "IEMOCAP_features_raw_4way.pkl"},
	} {
		t.Run(name, func(t *testing.T) { formattest.Run(t, s) })
	}
}

// The pickle alone names the folder beside it; folders are chosen as arrays are.
func TestFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "CMUMOSI")
	if err := os.CopyFS(dir, os.DirFS("testdata/CMUMOSI")); err != nil {
		t.Fatal(err)
	}
	pickle := filepath.Join(dir, "CMUMOSI_features_raw_2way.pkl")
	before := formattest.Open(t, pickle, dataset.Fields{})
	features := filepath.Join(dir, "features")
	for path, want := range map[string]string{
		pickle: "features: 2 folders could be text: deberta-large-4-UTT, roberta-base",
		dir:    "features: 2 folders could be text",
	} {
		if err := os.CopyFS(filepath.Join(features, "roberta-base"), os.DirFS(filepath.Join(features, "wav2vec-large-c-UTT"))); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		_, err := dataset.Open(path, dataset.Fields{})
		formattest.Refused(t, path, err, want)
	}
	got := formattest.Open(t, pickle, dataset.Fields{Text: "roberta-base"})
	if got.Dims[erc.Text] != 2 || got.Hash == before.Hash {
		t.Errorf("got %d features of text, want those of roberta-base, 2, and another hash", got.Dims[erc.Text])
	}
	_, err := dataset.Open(pickle, dataset.Fields{Text: "roberta-base", Audio: "hubert"})
	formattest.Refused(t, pickle, err, `features: no folder "hubert"`)
	_, err = dataset.Open(pickle, dataset.Fields{Text: "roberta-base", Label: "emotion"})
	formattest.Refused(t, pickle, err, "has no arrays to choose from")
	if err := os.RemoveAll(features); err != nil {
		t.Fatal(err)
	}
	_, err = dataset.Open(pickle, dataset.Fields{})
	formattest.Refused(t, pickle, err, `no folder "features" beside it`)
}
