package gsdnet_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
	"gsdnet/train"
)

// tiny is a corpus of short conversations, of which some cells are missing.
func tiny() *erc.Corpus {
	c := synthetic.New(synthetic.Config{Train: 6, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 20, Dims: [erc.NumModalities]int{4, 3, 2}})
	for i := range c.Conversations {
		u := &c.Conversations[i].Utterances[i%3]
		u.Present, u.Features[i%3] = erc.All&^(1<<(i%3)), nil
	}
	return c
}

// tinyRun trains a small GSDNet for two epochs on tiny, or what change makes of it,
// and returns its directory.
func tinyRun(t *testing.T, change func(*erc.Corpus)) string {
	t.Helper()
	return trainedWith(t, change, "train.epochs=2", "gsdnet.width=8", "gsdnet.hidden=8", "gsdnet.blocks=1", "gsdnet.prior.rank=4", "gsdnet.sampler.steps=2", "gsdnet.head_draws=1")
}

// trainedWith trains a GSDNet with some settings.
func trainedWith(t *testing.T, change func(*erc.Corpus), settings ...string) string {
	t.Helper()
	config := rundir.DefaultConfig()
	for _, setting := range settings {
		if err := config.Set(setting); err != nil {
			t.Fatal(err)
		}
	}
	corpus := tiny()
	if change != nil {
		change(corpus)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := train.Fit(t.Context(), train.Options{Config: config, Corpus: corpus, Out: dir, Backend: backend}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir string) *gsdnet.Run {
	t.Helper()
	run, err := gsdnet.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

// The zero Options are the defaults that they say, and a seed gives other noise.
func TestOptions(t *testing.T) {
	run, corpus := open(t, trainedWith(t, nil, "gsdnet.width=8", "gsdnet.hidden=8", "train.epochs=2", "gsdnet.head_draws=1")), tiny()
	predict := func(o gsdnet.Options) []gsdnet.Prediction {
		t.Helper()
		out, err := run.Predict(t.Context(), corpus, o)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	byDefault := predict(gsdnet.Options{})
	if !reflect.DeepEqual(byDefault, predict(gsdnet.Options{Samples: gsdnet.DefaultSamples, Seed: run.Trained().Config.Train.Seed})) {
		t.Error("the zero value is not 16 samples of the run's own seed")
	}
	if reflect.DeepEqual(byDefault, predict(gsdnet.Options{Seed: 99})) {
		t.Error("another seed gave the same predictions")
	}
	if _, err := run.Predict(t.Context(), corpus, gsdnet.Options{Samples: -1}); !fault.IsInput(err) {
		t.Errorf("-1 samples: got %v", err)
	}
}

// A conversation is completed alike, bit for bit, alone and among others, by a model
// of the default widths.
func TestCompletionsDoNotDependOnTheOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: trains a model of the default width")
	}
	long := func(c *erc.Corpus) {
		*c = *synthetic.New(synthetic.Config{Train: 4, Valid: 1, Test: 4, MinTurns: 33, MaxTurns: 48})
		for i := range c.Conversations {
			for j := range c.Conversations[i].Utterances {
				c.Conversations[i].Utterances[j].Present = erc.Present(1 + (5*i+3*j)%7)
			}
		}
	}
	run, corpus := open(t, trainedWith(t, long, "train.epochs=1")), &erc.Corpus{}
	long(corpus)
	o := gsdnet.Options{Samples: 3}
	together, err := run.Impute(t.Context(), corpus, o)
	if err != nil {
		t.Fatal(err)
	}
	all := corpus.Conversations
	for i := range all {
		for _, corpus.Conversations = range [][]erc.Conversation{all[i : i+1], all[max(0, i-1) : i+1]} {
			got, err := run.Impute(t.Context(), corpus, o)
			if err != nil {
				t.Fatal(err)
			}
			n := len(all[i].Utterances)
			if !reflect.DeepEqual(got[len(got)-n:], together[:n]) {
				t.Errorf("conversation %d differs among %d", i, len(corpus.Conversations))
			}
		}
		together = together[len(all[i].Utterances):]
	}
}

// Calls at the same time give what one call gives, and each has its own progress.
func TestConcurrentCalls(t *testing.T) {
	run, corpus := open(t, tinyRun(t, nil)), tiny()
	const samples = 3
	predicted, err := run.Predict(t.Context(), corpus, gsdnet.Options{Samples: samples})
	if err != nil {
		t.Fatal(err)
	}
	imputed, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: samples})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			done := 0
			o := gsdnet.Options{Samples: samples, Progress: func(n int) { done += n }}
			var got, want any
			var err error
			if i%2 == 0 {
				want = predicted
				got, err = run.Predict(t.Context(), corpus, o)
			} else {
				want = imputed
				got, err = run.Impute(t.Context(), corpus, o)
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("call %d differs, error %v", i, err)
			}
			if want := samples * len(corpus.Conversations); done != want {
				t.Errorf("call %d: progress ended at %d, want %d", i, done, want)
			}
		})
	}
	wg.Wait()
}

// Close ends the calls under way and leaves no goroutine; the run is then refused.
func TestClose(t *testing.T) {
	dir := tinyRun(t, nil)
	before := goleak.IgnoreCurrent()
	run, err := gsdnet.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	started := make(chan bool, 4)
	for range 4 {
		wg.Go(func() {
			_, err := run.Predict(t.Context(), tiny(), gsdnet.Options{Samples: 1000, Progress: func(int) {
				select {
				case started <- true:
				default:
				}
			}})
			if err == nil || !strings.Contains(err.Error(), dir+" is closed") {
				t.Errorf("a call under way: got %v, want that the run is closed", err)
			}
		})
	}
	<-started
	run.Close()
	wg.Wait()
	run.Close()
	if _, err := run.Impute(t.Context(), tiny(), gsdnet.Options{}); err == nil || !strings.Contains(err.Error(), dir+" is closed") {
		t.Errorf("after Close: got %v, want that the run is closed", err)
	}
	if _, err := gsdnet.Open(t.TempDir()); err == nil {
		t.Error("opened a directory without a run")
	}
	goleak.VerifyNone(t, before)
}

// A context that ends stops a call.
func TestCallsHeedTheirContext(t *testing.T) {
	run := open(t, tinyRun(t, nil))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := run.Predict(ctx, tiny(), gsdnet.Options{Samples: 1000, Progress: func(int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// A modality that neither the run nor the corpus has stays empty; one that only the
// corpus lacks is imputed.
func TestImputeWithoutAModality(t *testing.T) {
	without := func(c *erc.Corpus) {
		c.Dims[erc.Visual] = 0
		for i := range c.Conversations {
			for j := range c.Conversations[i].Utterances {
				u := &c.Conversations[i].Utterances[j]
				u.Present, u.Features[erc.Visual] = u.Present&^(1<<erc.Visual), nil
			}
		}
	}
	corpus := tiny()
	without(corpus)
	for name, want := range map[string]int{"without": 0, "with": 2} {
		change := without
		if name == "with" {
			change = nil
		}
		run := open(t, tinyRun(t, change))
		imputed, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range imputed {
			if len(u.Features[erc.Visual]) != want || len(u.Deviation[erc.Visual]) != want || len(u.Features[erc.Text]) != 4 {
				t.Fatalf("a run %s visual: %d visual features, want %d", name, len(u.Features[erc.Visual]), want)
			}
		}
	}
}

// Values that overflow in the units of the input are an error that names the run and
// the utterance.
func TestImputedValuesAreFinite(t *testing.T) {
	dir := tinyRun(t, nil)
	run, corpus := open(t, dir), tiny()
	run.Trained().Scaler.Deviation[erc.Visual][0] = 3e38
	_, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: 2})
	if err == nil || !strings.HasPrefix(err.Error(), dir+": dialogue ") || !strings.Contains(err.Error(), "visual") {
		t.Errorf("got %v", err)
	}
}

// Draws are completions in the units of the input: what was observed stays as it was, what
// is missing differs between them, and they scatter around the point estimate. Other numbers
// of samples and draws give the same first draws. This holds for conversations that are
// computed in windows too.
func TestImputeDraws(t *testing.T) {
	run := open(t, tinyRun(t, nil))
	long := synthetic.New(synthetic.Config{Test: 1, MinTurns: 600, MaxTurns: 600, Dims: [erc.NumModalities]int{4, 3, 2}})
	for u := range long.Conversations[0].Utterances {
		if m := u % 4; m < erc.NumModalities {
			long.Conversations[0].Utterances[u].Present = erc.All &^ (1 << m)
		}
	}
	for name, corpus := range map[string]*erc.Corpus{"short": tiny(), "long": long} {
		t.Run(name, func(t *testing.T) {
			many, few := impute(t, run, corpus, gsdnet.Options{Samples: 2, Draws: 40}), impute(t, run, corpus, gsdnet.Options{Samples: 8, Draws: 3})
			missing, far, values := 0, 0, 0
			for i := range many {
				if u := &many[i]; len(u.Draws) != 40 || !reflect.DeepEqual(u.Draws[:3], few[i].Draws) {
					t.Fatalf("utterance %d: got %d draws, want 40 of which the first are those of 3", i, len(u.Draws))
				}
				for _, m := range erc.Modalities {
					if many[i].Present.Has(m) {
						if !reflect.DeepEqual(many[i].Draws[1][m], many[i].Features[m]) {
							t.Errorf("utterance %d: %s was observed and changed", i, m)
						}
						continue
					}
					missing++
					f, v := offEstimate(t, &many[i], m)
					far, values = far+f, values+v
				}
			}
			if want := map[string]int{"short": 10, "long": 450}[name]; missing != want || far > values/20 {
				t.Errorf("%d cells missing, want %d; %d of %d means of draws are further than 4 standard errors from the estimate", missing, want, far, values)
			}
		})
	}
	if impute(t, run, tiny(), gsdnet.Options{})[0].Draws != nil {
		t.Error("the zero Options return draws")
	}
	if _, err := run.Impute(t.Context(), tiny(), gsdnet.Options{Draws: -1}); !fault.IsInput(err) {
		t.Errorf("-1 draws: got %v", err)
	}
}

func impute(t *testing.T, run *gsdnet.Run, corpus *erc.Corpus, o gsdnet.Options) []gsdnet.Imputed {
	t.Helper()
	out, err := run.Impute(t.Context(), corpus, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// offEstimate counts the features of a missing cell, and those whose mean over the draws is
// further than 4 standard errors from the point estimate.
func offEstimate(t *testing.T, u *gsdnet.Imputed, m erc.Modality) (far, values int) {
	t.Helper()
	if reflect.DeepEqual(u.Draws[0][m], u.Draws[1][m]) {
		t.Errorf("row %d: two draws of %s are equal", u.Row, m)
	}
	n := float64(len(u.Draws))
	for j, want := range u.Features[m] {
		mean := 0.0
		for k := range u.Draws {
			mean += float64(u.Draws[k][m][j]) / n
		}
		values++
		if math.Abs(mean-float64(want)) > 4*float64(u.Deviation[m][j])/math.Sqrt(n) {
			far++
		}
	}
	return far, values
}
