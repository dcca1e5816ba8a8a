package train_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
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
	return out
}

// No model sees a deleted value: with enormous numbers in their place, training and its
// Fitter give the same bits.
func TestDeletedValuesReachNoModel(t *testing.T) {
	for _, name := range model.Names() {
		t.Run(name, func(t *testing.T) {
			config := settings(t, name, "train.epochs=1", "missing.blank=0.5")
			want := weights(t, fit(t, config, small()))
			poisoned := small()
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
			got := weights(t, fit(t, config, poisoned))
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
			config := settings(t, name, "train.epochs=2", "train.batch=1", "train.labels=0.3")
			kept := map[int32]bool{}
			dir := fit(t, config, small())
			want := weights(t, dir)
			c, _, err := rundir.Read(dir, false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range small().Conversations { // those whose labels the run remembers
				conv := small().Conversations[i]
				all := conv.Split == erc.Train
				for _, u := range conv.Utterances {
					all = all && slices.Contains(c.Fingerprint.LabelValues, u.Label)
				}
				kept[conv.ID] = all
			}
			poisoned := small()
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
			if got := weights(t, fit(t, config, poisoned)); !maps.EqualFunc(got, want, bytes.Equal) {
				t.Error("the weights depend on deleted labels")
			}
		})
	}
}

// A run keeps the mask of the values that it deleted beside the others, and remembers the
// labels that it was trained on; its data are still those of the file.
func TestRunRemembersWhatWasDeleted(t *testing.T) {
	corpus := small()
	dir := fit(t, settings(t, "zero", "missing.blank=0.3", "train.labels=0.2"), corpus)
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
