package infer

import (
	"errors"
	"math"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// Draw is one sample of the missing features of a conversation and the prediction from
// it, with one entry for each of its N utterances. A field is nil if the task does not
// have it, if it was not requested, or if the run does not have the modality.
type Draw struct {
	Location, Scale []float64   // [N] predicted score and its Laplace scale, in units of the labels
	Logits          [][]float64 // [N][C] unnormalised log-probabilities of the classes
	// Sampled [m][N][D_m] holds the features as the model draws them, standardised.
	Sampled [erc.NumModalities][][]float32
	// Estimate [m][N][D_m] is the model's own point estimate of the features, and Variance
	// the variance of what is missing around it. They are nil of a model without them.
	Estimate, Variance [erc.NumModalities][][]float32
	Encoded            [erc.NumModalities][][]float32 // [m][N][d] in the space in which the model completes
}

// draw returns the draw in one row of the results of a batch. Its error is a
// notFiniteError if a value is NaN or infinite.
func (p *Predictor) draw(results engine.Results, b *model.Batch, row int, recovered bool) (Draw, error) {
	var c Draw
	n, first := b.Conversations[row].Len(), row*b.N
	if p.setup.Task == erc.Classes {
		c.Logits = make([][]float64, n)
		for u, logits := range results[outLogits].Rows(first, n) {
			c.Logits[u] = float64s(logits)
		}
	} else {
		c.Location = float64s(results[outLocation].Values[first:][:n])
		c.Scale = float64s(results[outScale].Values[first:][:n])
		for u := range c.Scale {
			c.Scale[u] *= p.ScaleFactor
		}
	}
	if recovered {
		for _, m := range erc.Modalities {
			c.Encoded[m] = results[outEncoded].Rows((int(m)*b.Size()+row)*b.N, n)
			if p.setup.Dims[m] == 0 {
				continue
			}
			c.Sampled[m] = results[outRecovered+m.String()].Rows(first, n)
			for name, rows := range map[string]*[][]float32{outEstimate: &c.Estimate[m], outVariance: &c.Variance[m]} {
				if found, ok := results[name+m.String()]; ok {
					*rows = found.Rows(first, n)
				}
			}
		}
	}
	return c, c.checkFinite(row)
}

// notFiniteError is the error of a draw that contains NaN or an infinite value.
type notFiniteError struct {
	row, utterance int
	what           string
}

// Error says which value is not finite. It does not name the run or the utterance, which
// Predictor.locateError adds.
func (e *notFiniteError) Error() string { return "the " + e.what + " is not a finite number" }

// checkFinite returns a notFiniteError if some value is NaN or infinite.
func (c *Draw) checkFinite(row int) error {
	for u := range c.Location {
		if !isFinite(c.Location[u]) || !isFinite(c.Scale[u]) {
			return &notFiniteError{row, u, "predicted score or its scale"}
		}
	}
	for u, logits := range c.Logits {
		for _, x := range logits {
			if !isFinite(x) {
				return &notFiniteError{row, u, "probability of a class"}
			}
		}
	}
	for _, m := range erc.Modalities {
		for _, of := range c.features() {
			rows := of[m]
			for u := range rows {
				for _, x := range rows[u] {
					if !isFinite(float64(x)) {
						return &notFiniteError{row, u, "value of a recovered " + m.String() + " feature"}
					}
				}
			}
		}
	}
	return nil
}

// isFinite reports whether x is neither NaN nor infinite.
func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// locateError adds the run and the utterance to a notFiniteError, and returns other
// errors unchanged.
func (p *Predictor) locateError(err error, convs []Observed, indices []int) error {
	var fault *notFiniteError
	if !errors.As(err, &fault) {
		return err
	}
	conv := &convs[indices[fault.row%len(indices)]]
	return NotFinite(p.Name, conv.source, conv.offset+fault.utterance, fault.what)
}

// NotFinite returns the error of a result that is NaN or infinite. It names the run,
// the utterance, and what is not finite.
func NotFinite(run string, conv *erc.Conversation, utterance int, what string) error {
	return fault.Failure("train the run again; if it happens again, look for extreme features with gsdnet data describe",
		"%s: %s, turn %d: the %s is not a finite number", run, conv, conv.Utterances[utterance].Turn, what)
}
