package metric

import "math"

// Scores holds every score of a sentiment split. It writes its own JSON, so give
// it a field of its own in a larger struct; embedded, it would hide the rest.
type Scores struct {
	N        int     `json:"n"` // labelled utterances
	ACC2     float64 `json:"acc2"`
	F1       float64 `json:"f1"`
	ACC2Has0 float64 `json:"acc2_has0"`
	ACC7     float64 `json:"acc7"`
	MAE      float64 `json:"mae"`
	Corr     float64 `json:"corr"`
	CRPS     float64 `json:"crps"`
}

// Evaluate scores point predictions and, where there are any, the predictive
// distributions they come from. Without distributions (nil) the CRPS is that of
// certainty about the prediction, which is the MAE.
func Evaluate(labels, preds []float64, dists []Mixture) Scores {
	s := Scores{
		ACC2:     ACC2(labels, preds),
		F1:       F1(labels, preds),
		ACC2Has0: ACC2Has0(labels, preds),
		ACC7:     ACC7(labels, preds),
		MAE:      MAE(labels, preds),
		Corr:     Corr(labels, preds),
	}
	for range labelled(labels, preds) {
		s.N++
	}
	s.CRPS = s.MAE
	if dists != nil {
		s.CRPS = meanLabelled(labels, MixtureCRPS(labels, dists))
	}
	return s
}

// MixtureCRPS returns the CRPS of every utterance, NaN where there is no label.
func MixtureCRPS(labels []float64, dists []Mixture) []float64 {
	sameLength(len(labels), len(dists))
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

// MarshalJSON writes a metric that is not finite as null.
func (s Scores) MarshalJSON() ([]byte, error) { return marshal(s) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (s *Scores) UnmarshalJSON(text []byte) error {
	type plain Scores
	return unmarshal(text, (*plain)(s))
}
