// Package gsdnet recognises emotion in conversations when modalities are
// missing. It opens a trained run and applies it: Predict gives an emotion for
// every utterance with an honest interval, Impute fills the holes.
//
//	run, err := gsdnet.Open("runs/first")
//	corpus, err := run.Read("conversations.npz")
//	predictions, err := run.Predict(ctx, corpus, 16)
//
// Training is package train's, or the command's: gsdnet train.
//
// Start reading at Open.
package gsdnet

import (
	"context"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/metric"
	_ "gsdnet/model/all" // every model that a run may hold
	"gsdnet/train"
)

// Run is a trained run, ready to predict. It may be used by several goroutines.
type Run struct {
	trained *train.Trained
}

// Option changes how a run is opened.
type Option func(*options)

type options struct{ backend string }

// WithBackend chooses the engine that runs the graphs; "" is the default.
func WithBackend(name string) Option { return func(o *options) { o.backend = name } }

// Open reads the directory that training left. Close the run after use.
func Open(dir string, with ...Option) (*Run, error) {
	var o options
	for _, option := range with {
		option(&o)
	}
	backend, err := train.Backend(o.backend)
	if err != nil {
		return nil, err
	}
	trained, err := train.Open(dir, backend)
	if err != nil {
		return nil, err
	}
	return &Run{trained: trained}, nil
}

// Close frees the run's graphs.
func (r *Run) Close() { r.trained.Close() }

// Trained returns the run as package train knows it: config, metadata, masks.
func (r *Run) Trained() *train.Trained { return r.trained }

// Fields says which arrays of a file the run reads its features from. Labels and
// splits are not read: predicting needs none.
func (r *Run) Fields() dataset.Fields {
	f := r.trained.Config.Data
	f.Label, f.Class, f.Split, f.Task = "", "", "", erc.NoLabels.String()
	return f
}

// Read opens a corpus of any known format to predict from.
func (r *Run) Read(path string) (*erc.Corpus, error) { return dataset.Open(path, r.Fields()) }

// Watch calls back after every few conversations that have been completed, with
// their number: K completions count K times.
func (r *Run) Watch(done func(conversations int)) { r.trained.Watch = done }

// Utterance says which utterance a result is about.
type Utterance struct {
	Dialogue int32       `json:"dialogue"`
	Turn     int         `json:"turn"`
	Speaker  erc.Speaker `json:"speaker"`
	Observed string      `json:"observed"` // the letters of the modalities there were, as "ta"
	Row      int         `json:"row"`      // in the file, from 0
}

// Prediction is what a run says about an utterance: a score or a class,
// whichever it was trained for.
type Prediction struct {
	Utterance
	Score *Score `json:"score,omitempty"`
	Class *Class `json:"class,omitempty"`
}

// Score is a predicted sentiment, in the units of the labels, with its
// predictive distribution over K completions.
type Score struct {
	Mean      float64    `json:"mean"`
	Deviation float64    `json:"deviation"`
	Intervals []Interval `json:"intervals"` // central, of metric.Levels: 50, 80, 95 %
}

// Interval holds the truth with a probability of Level.
type Interval struct {
	Level float64 `json:"level"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Class is a predicted emotion class with the probability of each.
type Class struct {
	Label       int32     `json:"label"`
	Probability []float64 `json:"probability"`
}

// Predict completes every conversation of a corpus k ≥ 1 times and predicts from
// each completion; the result is in the order of conversations and turns.
func (r *Run) Predict(ctx context.Context, c *erc.Corpus, k int) ([]Prediction, error) {
	forecasts, err := r.forecast(ctx, c, k, false)
	if err != nil {
		return nil, err
	}
	var out []Prediction
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		for u := range conv.Utterances {
			p := Prediction{Utterance: utterance(conv, u)}
			if f := forecasts[i]; f.Distribution != nil {
				p.Score = scoreOf(f.Distribution[u])
			} else {
				p.Class = &Class{Label: f.Class[u], Probability: f.Probability[u]}
			}
			out = append(out, p)
		}
	}
	return out, nil
}

func scoreOf(d metric.Mixture) *Score {
	s := &Score{Mean: d.Mean(), Deviation: d.StdDev()}
	for _, level := range metric.Levels {
		low, high := d.Interval(level)
		s.Intervals = append(s.Intervals, Interval{level, low, high})
	}
	return s
}

// Imputed is an utterance with its holes filled, in the units of the input.
type Imputed struct {
	Utterance
	Present erc.Present // what was observed
	// Features [m][D_m] holds observed features as they were and recovered ones as
	// the mean over the completions.
	Features [erc.NumModalities][]float32
	// Deviation [m][D_m] is what recovered features may be off by, a standard
	// deviation: how far completions differ, and what they missed on the validation
	// masks. Nil for what was observed.
	Deviation [erc.NumModalities][]float32
}

// Impute completes every conversation of a corpus k ≥ 2 times: one completion
// alone says nothing of its own deviation.
func (r *Run) Impute(ctx context.Context, c *erc.Corpus, k int) ([]Imputed, error) {
	if k < 2 {
		return nil, hint.Input("a deviation takes at least 2", "%d samples", k)
	}
	forecasts, err := r.forecast(ctx, c, k, true)
	if err != nil {
		return nil, err
	}
	var out []Imputed
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		for u := range conv.Utterances {
			out = append(out, r.imputed(conv, u, &forecasts[i]))
		}
	}
	return out, nil
}

func (r *Run) imputed(conv *erc.Conversation, u int, f *train.Forecast) Imputed {
	from := &conv.Utterances[u]
	out := Imputed{Utterance: utterance(conv, u), Present: from.Present}
	for _, m := range erc.Modalities {
		if from.Present.Has(m) {
			out.Features[m] = from.Features[m]
			continue
		}
		out.Features[m] = r.trained.Scaler.Raw(m, narrow(f.Recovered[m][u]))
		out.Deviation[m] = narrow(f.Deviation[m][u])
		for j := range out.Deviation[m] {
			out.Deviation[m][j] *= r.trained.Scaler.Deviation[m][j]
		}
	}
	return out
}

// forecast checks the corpus and completes it.
func (r *Run) forecast(ctx context.Context, c *erc.Corpus, k int, recovered bool) ([]train.Forecast, error) {
	if k < 1 {
		return nil, hint.Input("use 1 or more", "%d samples", k)
	}
	samples, err := r.trained.Samples(c, c.Conversations)
	if err != nil {
		return nil, err
	}
	return r.trained.Predict(ctx, samples, k, recovered)
}

func utterance(conv *erc.Conversation, u int) Utterance {
	from := &conv.Utterances[u]
	return Utterance{
		Dialogue: conv.ID, Turn: from.Turn, Speaker: from.Speaker,
		Observed: from.Present.Letters(), Row: from.Row,
	}
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i := range x {
		out[i] = float32(x[i])
	}
	return out
}
