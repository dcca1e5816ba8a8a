package explain_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/train/traintest"
)

// widths of the features of the test corpora.
var widths = [erc.NumModalities]int{4, 3, 2}

// talks are conversations to train on and to explain, of 10 to 14 utterances.
func talks(task erc.Task) *erc.Corpus {
	c := synthetic.New(synthetic.Config{Train: 8, Valid: 2, Test: 3, MinTurns: 10, MaxTurns: 14, Dims: widths})
	if task == erc.Classes {
		c.Task, c.NumClasses = erc.Classes, 3
		for i := range c.Conversations {
			for j := range c.Conversations[i].Utterances {
				c.Conversations[i].Utterances[j].Class = int32((i + j) % 3)
			}
		}
	}
	return c
}

// opened trains a small model and opens it, with the samples of the test split.
func opened(t *testing.T, model string, corpus *erc.Corpus, set ...string) (*infer.Trained, []infer.Sample) {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, model, set...), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	samples, err := run.Samples(corpus, corpus.In(erc.Test))
	if err != nil {
		t.Fatal(err)
	}
	return run, samples
}

// holes leaves one to three modalities of each utterance, and none of every seventh.
func holes(n int) []erc.Present {
	out := make([]erc.Present, n)
	for u := range out {
		out[u] = erc.Present((3*u + 1) % 7)
	}
	return out
}

func explained(t *testing.T, run *infer.Trained, s *infer.Sample, o explain.Options) *explain.Explanation {
	t.Helper()
	out, err := explain.Explain(t.Context(), run, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Of every model, the Shapley values add up to the difference between the prediction and
// the one without the modalities, and modalities that are not observed have none.
func TestSharesAddUp(t *testing.T) {
	for _, name := range []string{"gsdnet", "graph", "zero", "regression", "paper", "gcnet", "imder", "mmin", "mctn", "dicmor"} {
		t.Run(name, func(t *testing.T) {
			run, samples := opened(t, name, talks(erc.Classes), "train.epochs=1")
			present := holes(samples[0].Len())
			e := explained(t, run, &samples[0], explain.Options{Samples: 2, Present: present, Parts: []string{explain.PartModalities}})
			check := func(where string, s *explain.Shares, players erc.Present) {
				if gap := s.Base + sum(s.Values) - s.Full; math.Abs(gap) > 1e-12 {
					t.Errorf("%s: %+v does not add up, by %g", where, *s, gap)
				}
				for _, m := range erc.Modalities {
					if !players.Has(m) && s.Values[m] != 0 {
						t.Errorf("%s: %s is not observed and has the value %g", where, m, s.Values[m])
					}
				}
			}
			moved := 0.0
			for u, to := range e.Utterances {
				check("own", to.Own, present[u])
				check("whole", to.Whole, erc.All)
				if to.Own.Full != to.Prediction || to.Whole.Full != to.Prediction {
					t.Errorf("utterance %d: got the predictions %g and %g, want %g", u, to.Own.Full, to.Whole.Full, to.Prediction)
				}
				moved += math.Abs(sum(to.Whole.Values))
			}
			check("conversation", e.Whole, erc.All)
			if moved == 0 {
				t.Error("no modality changes anything")
			}
		})
	}
}

// Values are those that predictions with modalities withheld give, computed one by one.
func TestInfluenceIsThatOfWithholding(t *testing.T) {
	run, samples := opened(t, "gsdnet", talks(erc.Scores), "gsdnet.head_draws=1")
	s := &samples[1]
	present := holes(s.Len())
	e := explained(t, run, s, explain.Options{Samples: 3, Seed: 5, Present: present, Parts: []string{explain.PartModalities}})
	predict := func(present []erc.Present) []float64 {
		out, err := infer.Predict(t.Context(), run.Predictor, []infer.Observed{s.Observe(present)}, infer.Request{Samples: 3, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		var means []float64
		for _, d := range out[0].Distribution {
			means = append(means, d.Mean())
		}
		return means
	}
	full := predict(present)
	for u := range present {
		left := slices.Clone(present)
		left[u] = erc.None
		for v, without := range predict(left) {
			if got, want := e.Influence[u][v], full[v]-without; got != want {
				t.Errorf("utterance %d on %d: got the influence %g, want %g", u, v, got, want)
			}
			if present[u] == erc.None && e.Influence[u][v] != 0 {
				t.Errorf("utterance %d is absent and has the influence %g on %d, want 0", u, e.Influence[u][v], v)
			}
		}
	}
}

// What is stored of an absent utterance has no influence on anything.
func TestAbsentNeighbourHasNoInfluence(t *testing.T) {
	corpus := talks(erc.Scores)
	run, samples := opened(t, "gsdnet", corpus, "gsdnet.head_draws=1")
	present := holes(samples[0].Len())
	o := explain.Options{Samples: 2, Draws: 2, Present: present}
	before := explained(t, run, &samples[0], o)
	changed := corpus.In(erc.Test)[0]
	for u, has := range present {
		for _, m := range erc.Modalities {
			if !has.Has(m) {
				changed.Utterances[u].Features[m] = slices.Repeat([]float32{9}, widths[m])
			}
		}
	}
	again, err := run.Samples(corpus, []erc.Conversation{changed})
	if err != nil {
		t.Fatal(err)
	}
	after := explained(t, run, &again[0], o)
	before.Losses, after.Losses = nil, nil // the errors of graphs, against the truth
	if !reflect.DeepEqual(before, after) {
		t.Error("features that are withheld change the explanation")
	}
}

// With one layer of fusion along edges of length 1, and no recurrent layers, nothing farther
// than 3 has an influence: an utterance changes the weights of its own edges, these the
// degrees of its neighbours (once in each of two normalisations), and the layer goes one
// edge further.
func TestInfluenceEndsWhereTheGraphDoes(t *testing.T) {
	run, samples := opened(t, "zero", talks(erc.Scores), "zero.context=0", "zero.window=1", "zero.fusion_layers=1")
	e := explained(t, run, &samples[0], explain.Options{Parts: []string{explain.PartModalities, explain.PartEdges}})
	near := 0.0
	for u, row := range e.Influence {
		for v, got := range row {
			if d := max(u-v, v-u); d > 3 && got != 0 {
				t.Errorf("utterance %d on %d: got the influence %g, want 0", u, v, got)
			} else if d == 1 {
				near += math.Abs(got)
			}
		}
	}
	if near == 0 {
		t.Error("neighbours have no influence")
	}
	for _, edge := range e.Edges {
		if far := edge.To-edge.From > 1; far != (edge.Change == 0) {
			t.Errorf("edge %d–%d: got the change %g", edge.From, edge.To, edge.Change)
		}
	}
}

// Models that read no graph have no edges, and those without a prior borrow nothing.
func TestPartsThatAModelLacks(t *testing.T) {
	run, samples := opened(t, "zero", talks(erc.Scores), "zero.fusion_layers=0", "train.epochs=1")
	e := explained(t, run, &samples[0], explain.Options{Present: holes(samples[0].Len())})
	if e.Edges != nil || e.Borrowed != nil || e.Trajectory != nil {
		t.Errorf("got edges %v, weights %v, trajectory %v, want none", e.Edges, e.Borrowed, e.Trajectory)
	}
	only := explained(t, run, &samples[0], explain.Options{Parts: []string{explain.PartSpectrum}})
	if only.Spectra == nil || only.Whole != nil || only.Influence != nil || only.Information != nil {
		t.Errorf("got %+v, want the spectra alone", only)
	}
}

// Of a complete conversation nothing is borrowed, no cell is missing, and the spectrum does
// not change; of an incomplete one it does, and the sampler ends near the point estimate.
func TestCompletionParts(t *testing.T) {
	run, samples := opened(t, "gsdnet", talks(erc.Scores), "gsdnet.prior.rank=3")
	whole := explained(t, run, &samples[0], explain.Options{})
	if whole.Borrowed != nil || whole.Information != nil || whole.Trajectory != nil {
		t.Errorf("got %v and %v of a complete conversation, want nothing", whole.Borrowed, whole.Information)
	}
	present := holes(samples[0].Len())
	e := explained(t, run, &samples[0], explain.Options{Present: present})
	for m := range e.Spectra {
		if whole.Spectra[m].Change != 0 || !reflect.DeepEqual(whole.Spectra[m].Before, whole.Spectra[m].After) {
			t.Errorf("%s: the spectrum of a complete conversation changes: %+v", whole.Spectra[m].Modality, whole.Spectra[m])
		}
		if e.Spectra[m].Change <= 0 {
			t.Errorf("%s: the spectrum does not change", e.Spectra[m].Modality)
		}
	}
	missing := 0
	for _, has := range present {
		missing += erc.NumModalities - has.Count()
	}
	if len(e.Borrowed) != missing || len(e.Information) != missing {
		t.Errorf("got %d and %d missing cells, want %d", len(e.Borrowed), len(e.Information), missing)
	}
	for _, b := range e.Borrowed {
		for o, w := range b.Weights {
			if m := slices.Index([]string{"text", "audio", "visual"}, b.Modality); !present[o].Has(erc.Modality(m)) && w != 0 {
				t.Errorf("%s of %d borrows %g from %d, which lacks it", b.Modality, b.Utterance, w, o)
			}
		}
		if !(b.Explained >= 0 && b.Explained < 1) {
			t.Errorf("%s of %d: the others explain %g, want a share", b.Modality, b.Utterance, b.Explained)
		}
	}
}

// A conversation that is too long, settings out of range and unknown parts are refused, and
// the end of the context ends the work.
func TestExplainRefuses(t *testing.T) {
	run, samples := opened(t, "zero", talks(erc.Scores), "train.epochs=1")
	for name, o := range map[string]explain.Options{"samples": {Samples: -1}, "draws": {Draws: -1}, "part": {Parts: []string{"everything"}}, "present": {Present: make([]erc.Present, 1)}} {
		if _, err := explain.Explain(t.Context(), run, &samples[0], o); !fault.IsInput(err) {
			t.Errorf("%s: got %v, want an error of the input", name, err)
		}
	}
	long := synthetic.New(synthetic.Config{Test: 1, MinTurns: explain.MaxUtterances + 1, MaxTurns: explain.MaxUtterances + 1, Dims: widths})
	tooLong, err := run.Samples(long, long.Conversations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := explain.Explain(t.Context(), run, &tooLong[0], explain.Options{}); !fault.IsInput(err) {
		t.Errorf("got %v, want a refusal", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := explain.Explain(ctx, run, &samples[0], explain.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// The sampler's way begins at time 1, far from the point estimate, and ends near it.
func TestSamplerEndsNearThePointEstimate(t *testing.T) {
	run, samples := opened(t, "paper", talks(erc.Scores), "paper.sampler.steps=4")
	e := explained(t, run, &samples[0], explain.Options{Present: holes(samples[0].Len()), Parts: []string{explain.PartSampler}})
	if e.Trajectory == nil || e.Trajectory.Times[0] != 1 {
		t.Fatalf("got %+v, want the way from time 1", e.Trajectory)
	}
	states := e.Trajectory.Features
	for m, first := range states[0] {
		if last := states[len(states)-1][m]; !(first > 0 && last < first) {
			t.Errorf("%s: got the distance %.3f at the start and %.3f at the end, want a fall", erc.Modality(m), first, last)
		}
	}
}
