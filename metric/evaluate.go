package metric

import (
	"math"

	"gsdnet/metric/internal/numbers"
	"gsdnet/metric/scores"
)

// Values are the numbers of an evaluation by the keys of their metrics.
type Values map[string]float64

// Get returns the value of a metric. It panics if no metric has the key.
func (v Values) Get(key string) float64 { return v[Lookup(key).Key] }

// Scores holds every metric of the predicted scores of a split.
type Scores struct {
	N int // labelled utterances
	Values
}

// Classes holds every metric of the predicted classes of a split.
type Classes struct {
	N int // labelled utterances
	Values
}

// Recovery holds every metric of recovered features.
type Recovery struct {
	N int // rows
	Values
}

// Evaluate scores point predictions and, where there are any, the predictive
// distributions they come from. Without distributions (nil) the CRPS is that of
// certainty about the prediction, which is the MAE.
func Evaluate(labels, preds []float64, dists []Mixture) Scores {
	s := Scores{Values: Values{}}
	for range labelled(labels, preds) {
		s.N++
	}
	for _, m := range ofScores.metrics() {
		s.Values[m.Key] = m.Score(labels, preds, dists)
	}
	return s
}

// EvaluateClasses scores predicted classes and, where there are any, the
// probabilities [utterance][class] that go with them; without (nil) the
// calibration error is NaN. Labels below 0 are unlabelled; a prediction below 0
// panics.
func EvaluateClasses(labels, preds []int32, probs [][]float64) Classes {
	c := Classes{Values: Values{}}
	for _, y := range labels {
		if y >= 0 {
			c.N++
		}
	}
	for _, m := range ofClasses.metrics() {
		c.Values[m.Key] = m.Class(labels, preds, probs)
	}
	return c
}

// Recover compares the rows of recovered features with those that were withheld,
// [row][feature]. It is NaN of no rows.
func Recover(withheld, recovered [][]float64) Recovery {
	numbers.SameShape(withheld, recovered)
	r := Recovery{N: len(withheld), Values: Values{}}
	for _, m := range ofFeatures.metrics() {
		r.Values[m.Key] = m.Recover(withheld, recovered)
	}
	return r
}

// CRPS is the mean continuous ranked probability score; without distributions (nil)
// the mean absolute error, which is the score of certainty about the prediction.
func CRPS(labels, preds []float64, dists []Mixture) float64 {
	if dists == nil {
		return scores.MAE(labels, preds)
	}
	return meanLabelled(labels, MixtureCRPS(labels, dists))
}

// MixtureCRPS returns the CRPS of every utterance, NaN where there is no label.
func MixtureCRPS(labels []float64, dists []Mixture) []float64 {
	numbers.SameLength(len(labels), len(dists))
	out := make([]float64, len(labels))
	for i, y := range labels {
		out[i] = math.NaN()
		if !math.IsNaN(y) {
			out[i] = dists[i].CRPS(y)
		}
	}
	return out
}

// meanLabelled is the mean of the losses of labelled utterances.
func meanLabelled(labels, losses []float64) float64 {
	sum, n := 0.0, 0
	for _, loss := range labelled(labels, losses) {
		sum += loss
		n++
	}
	return sum / float64(n)
}

// Fields lists the keys of the JSON of an evaluation, the number of rows first.
func (Scores) Fields() []string { return ofScores.fields() }

// Fields is Scores.Fields for classes.
func (Classes) Fields() []string { return ofClasses.fields() }

// Fields is Scores.Fields for recovered features.
func (Recovery) Fields() []string { return ofFeatures.fields() }

// MarshalJSON writes the metrics in the order of their declarations, one that is not
// finite as null.
func (s Scores) MarshalJSON() ([]byte, error) { return ofScores.marshal(s.N, s.Values) }

// MarshalJSON is Scores.MarshalJSON for classes.
func (c Classes) MarshalJSON() ([]byte, error) { return ofClasses.marshal(c.N, c.Values) }

// MarshalJSON is Scores.MarshalJSON for recovered features.
func (r Recovery) MarshalJSON() ([]byte, error) { return ofFeatures.marshal(r.N, r.Values) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (s *Scores) UnmarshalJSON(text []byte) (err error) {
	s.N, s.Values, err = ofScores.unmarshal(text)
	return err
}

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (c *Classes) UnmarshalJSON(text []byte) (err error) {
	c.N, c.Values, err = ofClasses.unmarshal(text)
	return err
}

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (r *Recovery) UnmarshalJSON(text []byte) (err error) {
	r.N, r.Values, err = ofFeatures.unmarshal(text)
	return err
}
