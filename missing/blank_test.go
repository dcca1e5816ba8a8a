package missing_test

import (
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/missing"
)

func blanked(t *testing.T, c *erc.Corpus, rate float64) missing.Mask {
	t.Helper()
	mask, some, err := missing.Settings{Blank: rate, Seed: 3}.BlankMask(c)
	if err != nil || !some {
		t.Fatal(some, err)
	}
	return mask
}

// The values that the mask withholds are gone from the training split, everything else is
// as it was, and the given corpus has not changed.
func TestDeleteTakesTheValuesOfTheTrainingSplit(t *testing.T) {
	config := synthetic.Config{Train: 8, Valid: 3, Test: 3, MinTurns: 3, MaxTurns: 6, Dims: [3]int{4, 3, 2}}
	before, untouched := synthetic.New(config), synthetic.New(config)
	after := blanked(t, before, 0.5).Delete(before)
	deleted, cells := 0, 0
	for i := range before.Conversations {
		for j := range before.Conversations[i].Utterances {
			was, is := &before.Conversations[i].Utterances[j], &after.Conversations[i].Utterances[j]
			if was.Present != untouched.Conversations[i].Utterances[j].Present {
				t.Fatal("the given corpus has changed")
			}
			for _, m := range erc.Modalities {
				has := is.Present.Has(m)
				if has != (is.Features[m] != nil) {
					t.Fatalf("present %v, features %v", has, is.Features[m])
				}
				if before.Conversations[i].Split != erc.Train {
					if !has {
						t.Fatal("a value of a split that is held out was deleted")
					}
					continue
				}
				if cells++; !has {
					deleted++
				}
			}
			if is.Present == erc.None {
				t.Fatal("an utterance has nothing left")
			}
		}
	}
	if rate := float64(deleted) / float64(cells); rate < 0.48 || rate > 0.52 {
		t.Errorf("%.3f of the training values were deleted, want 0.5", rate)
	}
}

// A mask of deleted values is frozen: the seed names it, it survives the disk, and its
// audit counts what the data lack by nature.
func TestBlankMasksAreFrozen(t *testing.T) {
	c := synthetic.New(synthetic.Config{Train: 8, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 6, Dims: [3]int{4, 3, 2}})
	c.Hash = "a corpus"
	u := &c.Conversations[0].Utterances[0]
	u.Present, u.Features[erc.Audio] = u.Present&^(1<<erc.Audio), nil
	mask := blanked(t, c, 0.3)
	if got, want := mask.Name(), "random-train-0.3-seed3.npy"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	dir := t.TempDir()
	if err := missing.Write(dir, []missing.Mask{mask}); err != nil {
		t.Fatal(err)
	}
	kept, err := missing.Read(dir, c)
	if err != nil || missing.Hash(kept) != missing.Hash([]missing.Mask{blanked(t, c, 0.3)}) {
		t.Errorf("the mask on disk is another: %v", err)
	}
	audit := mask.Audit(c.In(erc.Train))
	if audit.Natural == 0 || audit.Rate < 0.29 || audit.Rate > 0.35 || audit.N != erc.CountUtterances(c.In(erc.Train)) {
		t.Errorf("got %+v", audit)
	}
}

func TestBlankRatesThatDoNotExist(t *testing.T) {
	c := synthetic.New(synthetic.Config{Train: 2, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 6, Dims: [3]int{4, 3, 2}})
	for _, rate := range []float64{0.35, 1, -0.3} {
		_, _, err := missing.Settings{Blank: rate}.BlankMask(c)
		wantInput(t, err, "is not a rate of values to delete")
	}
	if _, some, err := (missing.Settings{}).BlankMask(c); some || err != nil {
		t.Errorf("without a rate: got %v, %v", some, err)
	}
}

// With the rate "complete", nothing is withheld, whatever the protocol.
func TestCompleteWithholdsNothing(t *testing.T) {
	for _, name := range missing.Names() {
		rules, err := missing.Settings{Protocol: name, Rate: missing.CompleteOnly}.Rules()
		if err != nil || len(rules) != 1 || rules[0].Expected() != 0 {
			t.Errorf("%s: got %v, %v", name, rules, err)
		}
	}
	_, err := missing.Settings{Protocol: "sometimes", Rate: missing.CompleteOnly}.Rules()
	wantInput(t, err, "sometimes")
}
