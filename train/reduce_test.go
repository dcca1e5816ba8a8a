package train_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

// weights returns the tensors of a run and its scaler as bytes.
func weights(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	c, _, err := rundir.Read(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for path, tensor := range c.Vars {
		if err := tensor.ConstBytes(func(data []byte) { out[path] = slices.Clone(data) }); err != nil {
			t.Fatal(err)
		}
	}
	out["scaler"] = fmt.Append(nil, *c.Scaler)
	return out
}

// No model sees a deleted value: with enormous numbers in their place, training and its
// Fitter give the same bits.
func TestDeletedValuesReachNoModel(t *testing.T) {
	for _, name := range model.Names() {
		t.Run(name, func(t *testing.T) {
			config := traintest.Config(t, name, "train.epochs=1", "missing.blank=0.5")
			want := weights(t, traintest.Run(t, config, traintest.Corpus()))
			poisoned := traintest.Corpus()
			mask, _, err := config.Missing.BlankMask(poisoned)
			if err != nil {
				t.Fatal(err)
			}
			at, deleted := 0, 0
			for i := range poisoned.Conversations {
				conv := &poisoned.Conversations[i]
				if conv.Split != erc.Train {
					continue
				}
				for j := range conv.Utterances {
					for _, m := range erc.Modalities {
						if mask.Present[at].Has(m) {
							continue
						}
						deleted++
						for k := range conv.Utterances[j].Features[m] {
							conv.Utterances[j].Features[m][k] = 1e30
						}
					}
					at++
				}
			}
			if deleted == 0 {
				t.Fatal("nothing is deleted")
			}
			got := weights(t, traintest.Run(t, config, poisoned))
			if len(got) == 0 || !maps.EqualFunc(got, want, bytes.Equal) {
				t.Error("the weights depend on deleted values")
			}
		})
	}
}

// A run with few labels does not see the others: with other labels in their place, it ends
// with the same bits, although some batches have no label at all.
func TestDeletedLabelsReachNoModel(t *testing.T) {
	for _, name := range model.Names() {
		t.Run(name, func(t *testing.T) {
			config := traintest.Config(t, name, "train.epochs=2", "train.batch=1", "train.labels=0.3")
			kept := map[int32]bool{}
			dir := traintest.Run(t, config, traintest.Corpus())
			want := weights(t, dir)
			c, _, err := rundir.Read(dir, false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range traintest.Corpus().Conversations { // those whose labels the run remembers
				conv := traintest.Corpus().Conversations[i]
				all := conv.Split == erc.Train
				for _, u := range conv.Utterances {
					all = all && slices.Contains(c.Fingerprint.LabelValues, u.Label)
				}
				kept[conv.ID] = all
			}
			poisoned := traintest.Corpus()
			n := 0
			for i := range poisoned.Conversations {
				conv := &poisoned.Conversations[i]
				if conv.Split != erc.Train || kept[conv.ID] {
					continue
				}
				n++
				for j := range conv.Utterances {
					conv.Utterances[j].Label = -3
				}
			}
			if n != 4 {
				t.Fatalf("%d of 6 training conversations lost their labels, want 4", n)
			}
			if got := weights(t, traintest.Run(t, config, poisoned)); !maps.EqualFunc(got, want, bytes.Equal) {
				t.Error("the weights depend on deleted labels")
			}
		})
	}
}

// In each fold, features are standardised and models fitted on the training conversations
// of that fold: enormous features in its test conversations change nothing.
func TestFoldsFitTheirTrainingSplitAlone(t *testing.T) {
	scalers := map[string]bool{}
	for fold := 1; fold <= 3; fold++ {
		folded := func() *erc.Corpus {
			c, err := dataset.Folded(traintest.Corpus(), 3, fold)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		want := weights(t, traintest.Run(t, traintest.Config(t, "regression"), folded()))
		scalers[string(want["scaler"])] = true
		poisoned := folded()
		for i := range poisoned.Conversations {
			for j := range poisoned.Conversations[i].Utterances {
				if poisoned.Conversations[i].Split == erc.Test {
					poisoned.Conversations[i].Utterances[j].Features[erc.Audio][0] = 1e30
				}
			}
		}
		if got := weights(t, traintest.Run(t, traintest.Config(t, "regression"), poisoned)); !maps.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("fold %d: the weights depend on test features", fold)
		}
	}
	if len(scalers) != 3 {
		t.Errorf("the folds have %d standardisations, want 3", len(scalers))
	}
}

// A run keeps the mask of the values that it deleted beside the others, and remembers the
// labels that it was trained on; its data are still those of the file.
func TestRunRemembersWhatWasDeleted(t *testing.T) {
	corpus := traintest.Corpus()
	dir := traintest.Run(t, traintest.Config(t, "zero", "missing.blank=0.3", "train.labels=0.2"), corpus)
	c, config, err := rundir.Read(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	masks, err := missing.Read(dir+"/"+rundir.MaskDir, corpus)
	if err != nil || missing.Hash(masks) != c.MaskHash {
		t.Error(err)
	}
	if !slices.ContainsFunc(masks, func(m missing.Mask) bool { return m.Split == erc.Train && m.Point == "0.3" }) {
		t.Error("the mask of the deleted values is not in the run directory")
	}
	if got := c.Fingerprint.Difference(corpus); got != "" {
		t.Errorf("the data differ: %s", got)
	}
	if all := len(rundir.NewFingerprint(corpus).TrainingLabels()); len(c.Fingerprint.TrainingLabels()) == 0 || len(c.Fingerprint.TrainingLabels()) > all/3 {
		t.Errorf("the run remembers %d of %d training labels", len(c.Fingerprint.TrainingLabels()), all)
	}
	if config.Train.Labels != 0.2 || config.Missing.Blank != 0.3 {
		t.Errorf("got the settings %+v, %+v", config.Train, config.Missing)
	}
}
