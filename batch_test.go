package gsdnet_test

import (
	"reflect"
	"slices"
	"testing"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/explain"
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
func TestExplainLosses(t *testing.T) {
	run := open(t, tinyRun(t, nil))
	corpus := synthetic.New(synthetic.Config{Train: 1, MinTurns: 12, MaxTurns: 12, Dims: [erc.NumModalities]int{4, 3, 2}})
	explained, err := run.Explain(t.Context(), corpus, gsdnet.ExplainOptions{Parts: []string{explain.PartLosses}})
	if err != nil {
		t.Fatal(err)
	}
	losses := explained[0].Losses
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

// Every conversation is explained, by what Predict says of it.
func TestExplain(t *testing.T) {
	run, corpus := open(t, tinyRun(t, nil)), tiny()
	count := 0
	o := gsdnet.ExplainOptions{Samples: 3, Draws: 2, Seed: 4, Progress: func(n int) { count += n }}
	explained, err := run.Explain(t.Context(), corpus, o)
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := run.Predict(t.Context(), corpus, gsdnet.Options{Samples: 3, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	if len(explained) != len(corpus.Conversations) || count != len(explained) {
		t.Fatalf("got %d explanations and %d of progress, want %d", len(explained), count, len(corpus.Conversations))
	}
	for _, e := range explained {
		for _, u := range e.Utterances {
			p := predictions[0]
			predictions = predictions[1:]
			if u.Turn != p.Turn || e.Dialogue != p.Dialogue || u.Observed != p.Observed || u.Prediction != p.Score.Mean || u.Spread != p.Score.Deviation {
				t.Errorf("got %+v, want the prediction %+v", u, p)
			}
		}
	}
}
