package gsdnet

import (
	"context"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/metric"
)

// DefaultSamples is how often a conversation is completed unless Options say
// otherwise.
const DefaultSamples = 16

// Options are the settings of one call of Predict or Impute. The zero value holds
// the defaults.
type Options struct {
	Samples int    // completions of each conversation; 0: DefaultSamples
	Seed    uint64 // of the noise that completions start from; 0: the run's own seed
	// Draws is the number of completions that Impute returns; 0: none. They are the first
	// ones, so that a larger number adds to them. Predict does not read it.
	Draws int
	// Progress is called after every few conversations that have been completed, with
	// their number: Samples completions of one count Samples times. It is called by
	// the goroutine that called Predict or Impute; nil is not called.
	Progress func(conversations int)
}

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

// Class is a predicted emotion class with the probability of each class. The names are
// those of Run.Classes.
type Class struct {
	Label       int32     `json:"label"`       // number of the class, from 0
	Name        string    `json:"name"`        // of the class
	Probability []float64 `json:"probability"` // of every class, by number
	Names       []string  `json:"names"`       // of every class, by number
}

// Predict completes every conversation of a corpus Samples times and predicts from
// each completion; the result is in the order of conversations and turns. A
// conversation's predictions do not depend on the others of the corpus. Its errors
// are a corpus that does not fit the run or fails its Check, a result that is not a
// finite number, a closed run, and the context's.
func (r *Run) Predict(ctx context.Context, c *erc.Corpus, o Options) ([]Prediction, error) {
	all, err := r.PredictEach(ctx, []*erc.Corpus{c}, o)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// predictions lists what forecasts, one a conversation, say of every utterance, with the
// names of the classes.
func predictions(c *erc.Corpus, forecasts []infer.Prediction, names []string) []Prediction {
	var out []Prediction
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		for u := range conv.Utterances {
			p := Prediction{Utterance: utterance(conv, u)}
			if f := forecasts[i]; f.Distribution != nil {
				p.Score = scoreOf(f.Distribution[u])
			} else {
				p.Class = &Class{Label: f.Class[u], Name: names[f.Class[u]], Probability: f.Probability[u], Names: names}
			}
			out = append(out, p)
		}
	}
	return out
}

func scoreOf(d metric.Mixture) *Score {
	s := &Score{Mean: d.Mean(), Deviation: d.StdDev()}
	for _, level := range metric.Levels {
		low, high := d.Interval(level)
		s.Intervals = append(s.Intervals, Interval{level, low, high})
	}
	return s
}

// prepare checks corpora and options, and returns the samples of all corpora and the request.
func (r *Run) prepare(corpora []*erc.Corpus, o Options) ([]infer.Sample, infer.Request, error) {
	if o.Samples == 0 {
		o.Samples = DefaultSamples
	}
	if o.Samples < 0 {
		return nil, infer.Request{}, fault.Input("use 1 or more, or 0 for the default", "%d samples", o.Samples)
	}
	var samples []infer.Sample
	for _, c := range corpora {
		more, err := r.trained.AllSamples(c)
		if err != nil {
			return nil, infer.Request{}, err
		}
		samples = append(samples, more...)
	}
	return samples, infer.Request{Samples: o.Samples, Seed: o.Seed, Watch: o.Progress}, nil
}

func utterance(conv *erc.Conversation, u int) Utterance {
	from := &conv.Utterances[u]
	return Utterance{
		Dialogue: conv.ID, Turn: from.Turn, Speaker: from.Speaker,
		Observed: from.Present.Letters(), Row: from.Row,
	}
}
