package gsdnet_test

import (
	"reflect"
	"slices"
	"testing"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
)

// Several corpora together get what each gets alone, whatever their conversations are
// called.
func TestEachIsAsAlone(t *testing.T) {
	run, whole := open(t, tinyRun(t, nil)), tiny()
	var corpora []*erc.Corpus
	for i := range whole.Conversations {
		one := *whole
		one.Conversations = []erc.Conversation{whole.Conversations[i]}
		one.Conversations[0].ID = int32(i % 2)
		corpora = append(corpora, &one)
	}
	two := *whole
	two.Conversations = whole.Conversations[:2]
	corpora = append(corpora, &two)
	o := gsdnet.Options{Samples: 3, Seed: 5}
	predicted, err := run.PredictEach(t.Context(), corpora, o)
	if err != nil {
		t.Fatal(err)
	}
	imputed, err := run.ImputeEach(t.Context(), corpora, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range corpora {
		want, err := run.Predict(t.Context(), c, o)
		if err != nil || !reflect.DeepEqual(predicted[i], want) {
			t.Errorf("corpus %d: the predictions differ from those alone, error %v", i, err)
		}
		filled, err := run.Impute(t.Context(), c, o)
		if err != nil || !reflect.DeepEqual(imputed[i], filled) {
			t.Errorf("corpus %d: the features differ from those alone, error %v", i, err)
		}
	}
	wrong := *whole
	wrong.Dims[0]++
	if _, err := run.PredictEach(t.Context(), append(corpora, &wrong), o); err == nil {
		t.Error("a corpus that does not fit was accepted")
	}
}

// Nothing is lost of a modality that is kept, so that keeping more loses less; and the
// true spectrum is never worse than what is left.
func TestExplain(t *testing.T) {
	run := open(t, tinyRun(t, nil))
	corpus := synthetic.New(synthetic.Config{Train: 1, MinTurns: 12, MaxTurns: 12, Dims: [erc.NumModalities]int{4, 3, 2}})
	losses, err := run.Explain(t.Context(), corpus)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, l := range losses {
		kept = append(kept, l.Kept)
		if want := 3 - len(l.Kept); l.N != want {
			t.Errorf("%s: %d graphs are compared, want %d", l.Kept, l.N, want)
		}
		if !(l.Observed > 0 && l.Oracle >= 0 && l.Oracle <= l.Shared) {
			t.Errorf("%s: got %+v, want an oracle that is not worse than the shared basis", l.Kept, l)
		}
	}
	if want := []string{"t", "a", "ta", "v", "tv", "av"}; !slices.Equal(kept, want) {
		t.Errorf("got %v, want %v", kept, want)
	}
	if before := corpus.Conversations[0].Split; before != erc.Train {
		t.Errorf("the corpus was changed: it is in the split %s", before)
	}
}
