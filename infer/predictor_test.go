package infer_test

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"go.uber.org/goleak"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train"
	"gsdnet/train/traintest"
)

// countingModel counts the calls of Prepare and Draw.
type countingModel struct {
	model.Model
	prepared, drawn atomic.Int64
}

func (c *countingModel) Prepare(feed engine.Feed, b *model.Batch, truth []model.Truth) error {
	c.prepared.Add(1)
	return c.Model.Prepare(feed, b, truth)
}

func (c *countingModel) Draw(feed engine.Feed, b *model.Batch, draw model.Pass) {
	c.drawn.Add(1)
	c.Model.Draw(feed, b, draw)
}

// newCounted returns a predictor of a trained model that counts its calls, and observed
// conversations that all lack the third modality.
func newCounted(t *testing.T, name string, corpus *erc.Corpus) (*infer.Predictor, *countingModel, []infer.Observed) {
	t.Helper()
	config := traintest.Config(t, name)
	if name == "gsdnet" { // its predictions, too, are of draws
		config = traintest.Config(t, name, "gsdnet.head_draws=1")
	}
	c, err := rundir.ReadCheckpoint(filepath.Join(traintest.Run(t, config, corpus), rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	kind, err := model.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := kind.New(config.Settings[name], c.Setup)
	if err != nil {
		t.Fatal(err)
	}
	store, err := c.Store()
	if err != nil {
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	if loader, ok := m.(model.Loader); ok {
		if err := loader.Load(model.TrainedParams(store)); err != nil {
			t.Fatal(err)
		}
	}
	counter := &countingModel{Model: m}
	p := infer.NewPredictor(backend, store, counter, c.Setup)
	t.Cleanup(func() { p.Close(); backend.Finalize() })
	var convs []infer.Observed
	samples := infer.Samples(corpus.Conversations, c.Scaler)
	for i := range samples {
		present := samples[i].Present()
		for u := range present {
			present[u] = 0b011
		}
		convs = append(convs, samples[i].Observe(present))
	}
	return p, counter, convs
}

// The host prepares a batch once, however many completions are drawn.
func TestHostPreparesABatchOnce(t *testing.T) {
	p, counter, convs := newCounted(t, "gsdnet", traintest.Corpus()) // ten conversations of one padded length: batches of 4, 4 and 2
	visits, seen := map[int]int{}, 0
	request := infer.Request{Samples: 16, Seed: 1, Watch: func(n int) { seen += n }}
	if err := p.Run(t.Context(), convs, request, func(i int, _ infer.Draw) { visits[i]++ }); err != nil {
		t.Fatal(err)
	}
	if got := counter.prepared.Load(); got != 3 {
		t.Errorf("three batches were prepared %d times for 16 completions, want 3", got)
	}
	// Four conversations fill a batch; of two, two completions each run at once.
	if got := counter.drawn.Load(); got != 16+16+8 {
		t.Errorf("noise was drawn %d times, want 40", got)
	}
	if seen != 16*len(convs) || len(visits) != len(convs) || visits[0] != 16 {
		t.Errorf("%d completions were announced, %d of the first conversation visited, want %d and 16", seen, visits[0], 16*len(convs))
	}
}

// If the draws of a model do not vary, only one is computed.
func TestEqualCompletionsAreNotComputed(t *testing.T) {
	p, counter, convs := newCounted(t, "zero", traintest.Corpus())
	visits, seen := 0, 0
	request := infer.Request{Samples: 16, Watch: func(n int) { seen += n }}
	if err := p.Run(t.Context(), convs, request, func(int, infer.Draw) { visits++ }); err != nil {
		t.Fatal(err)
	}
	if got := counter.drawn.Load(); got != 3 || visits != 16*len(convs) || seen != visits {
		t.Errorf("computed %d times, visited %d, announced %d, want 3, %d and as many", got, visits, seen, 16*len(convs))
	}
}

// The draws of a conversation depend neither on their number nor on the other
// conversations.
func TestCompletionsDoNotDependOnTheOthers(t *testing.T) {
	p, _, convs := newCounted(t, "gsdnet", traintest.Corpus())
	collect := func(samples int, some ...infer.Observed) []infer.Draw {
		out := make([]infer.Draw, len(some)*samples)
		count := make([]int, len(some))
		err := p.Run(t.Context(), some, infer.Request{Samples: samples, Seed: 5, Recovered: true}, func(i int, c infer.Draw) {
			out[i*samples+count[i]] = c
			count[i]++
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := collect(5, convs...)
	for i := range convs {
		if got := collect(11, convs[i])[:5]; !reflect.DeepEqual(got, want[5*i:][:5]) {
			t.Errorf("conversation %d differs alone", i)
		}
	}
	if reflect.DeepEqual(want[0], want[1]) {
		t.Error("two completions are equal: nothing was sampled")
	}
}

// A weight that is NaN gives an error that names the run and the utterance.
func TestWeightThatIsNotANumber(t *testing.T) {
	corpus := traintest.Corpus()
	config := traintest.Config(t, "gsdnet")
	c, err := rundir.ReadCheckpoint(filepath.Join(traintest.Run(t, config, corpus), rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	store, err := c.Store()
	if err != nil {
		t.Fatal(err)
	}
	for v := range store.IterVariables() {
		if !strings.HasSuffix(v.Path(), "/location/b") {
			continue
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions([]float32{float32(math.NaN())}, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	kind, err := model.Lookup("gsdnet")
	if err != nil {
		t.Fatal(err)
	}
	m, err := kind.New(config.Settings["gsdnet"], c.Setup)
	if err != nil {
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	p := infer.NewPredictor(backend, store, m, c.Setup)
	p.Name = "runs/first"
	defer p.Close()
	samples := infer.Samples(corpus.Conversations[:1], c.Scaler)
	err = p.Run(t.Context(), []infer.Observed{samples[0].Observe(samples[0].Present())}, infer.Request{Samples: 1}, func(int, infer.Draw) {
		t.Error("a completion that is not a number was handed on")
	})
	want := "runs/first: " + corpus.Conversations[0].String() + ", turn 0: the predicted score"
	if err == nil || !strings.HasPrefix(err.Error(), want) || fault.Of(err) == "" {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A scaler that is not positive and finite is refused before it is used.
func TestScalerThatIsNotANumber(t *testing.T) {
	corpus := traintest.Corpus()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, "zero"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for _, bad := range []float32{0, -1, float32(math.NaN()), float32(math.Inf(1))} {
		run.Scaler.Deviation[erc.Audio][1] = bad
		if _, err := run.Samples(corpus, corpus.Conversations); err == nil || !strings.Contains(err.Error(), "audio channel 1") {
			t.Errorf("deviation %v: got %v", bad, err)
		}
	}
}

// A closed run returns an error, and no goroutine of its backend is left.
func TestCloseLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	corpus := synthetic.New(synthetic.Config{Train: 4, Valid: 2, Test: 2, MinTurns: 20, MaxTurns: 30})
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := train.Fit(t.Context(), train.Options{Config: traintest.Config(t, "zero"), Corpus: corpus, Out: dir, Backend: backend}); err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(dir, backend)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := run.Samples(corpus, corpus.Conversations)
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
	run.Close()
	if _, err := run.Predict(t.Context(), samples, infer.Request{Samples: 1}); err == nil || !strings.Contains(err.Error(), dir+" is closed") {
		t.Errorf("got %v, want that the run is closed", err)
	}
	backend.Finalize()
	goleak.VerifyNone(t, before)
}
