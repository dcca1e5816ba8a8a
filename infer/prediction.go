package infer

import (
	"context"
	"math"
	"slices"

	"gsdnet/erc"
	"gsdnet/metric"
)

// Prediction combines K draws of one conversation. It has one entry for each of the N
// utterances. Distribution is set for scores, Class and Probability for classes.
type Prediction struct {
	Distribution []metric.Mixture // [N] of the score, a mixture over the draws
	Class        []int32          // [N] the most probable class
	Probability  [][]float64      // [N][C] mean over the draws
	// Recovered [m][N][D_m] is the point estimate of the standardised features: the model's
	// own, or the mean over the draws. Deviation is the standard deviation of what it
	// misses, 0 for an observed cell: the model's own, or the root mean squared error of
	// the channel on the validation masks. Encoded is the mean over the draws in the space
	// in which the model completes. They are nil unless Request.Recovered is set, and for a
	// modality that the run does not have.
	Recovered, Deviation, Encoded [erc.NumModalities][][]float64
	// Mean [m][N][D_m] is the mean over the draws of the standardised features.
	Mean [erc.NumModalities][][]float64
}

// Predict draws r.Samples completions of each conversation and combines them. Its errors
// are a number of samples out of range, a result that is not finite, a closed predictor,
// and the context's.
func Predict(ctx context.Context, p *Predictor, convs []Observed, r Request) ([]Prediction, error) {
	return predict(ctx, p, convs, r, nil)
}

// predict does so and calls each, unless it is nil, as Visit.Draw.
func predict(ctx context.Context, p *Predictor, convs []Observed, r Request, each func(i, from, k int, d Draw)) ([]Prediction, error) {
	type part struct {
		from int
		Prediction
	}
	parts := make([][]part, len(convs))
	err := Stream(ctx, p, convs, r, Visit{Draw: each, Piece: func(i, from int, f Prediction) {
		parts[i] = append(parts[i], part{from, f})
	}})
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(convs))
	for i := range parts {
		slices.SortFunc(parts[i], func(a, b part) int { return a.from - b.from })
		for k := range parts[i] {
			out[i].append(&parts[i][k].Prediction)
		}
	}
	return out, nil
}

// add adds one of k draws. Until finish is called, Deviation holds variances.
func (f *Prediction) add(c Draw, k int) {
	if f.Distribution == nil && c.Location != nil {
		f.Distribution = make([]metric.Mixture, len(c.Location))
	}
	for u := range c.Location {
		f.Distribution[u] = append(f.Distribution[u], metric.Laplace{Loc: c.Location[u], Scale: c.Scale[u]})
	}
	if f.Probability == nil && c.Logits != nil {
		f.Probability = make([][]float64, len(c.Logits))
	}
	for u, logits := range c.Logits {
		f.Probability[u] = accumulate(f.Probability[u], softmax(logits), 1/float64(k))
	}
	for m := range c.Sampled {
		f.Mean[m] = accumulateRows(f.Mean[m], c.Sampled[m], 1/float64(k))
		if f.Recovered[m] == nil { // the same in every draw
			f.Recovered[m], f.Deviation[m] = accumulateRows(nil, c.Estimate[m], 1), accumulateRows(nil, c.Variance[m], 1)
		}
		f.Encoded[m] = accumulateRows(f.Encoded[m], c.Encoded[m], 1/float64(k))
	}
}

// append adds the prediction of the utterances that follow.
func (f *Prediction) append(next *Prediction) {
	f.Distribution, f.Probability = append(f.Distribution, next.Distribution...), append(f.Probability, next.Probability...)
	f.Class = append(f.Class, next.Class...)
	for m := range f.Recovered {
		f.Recovered[m], f.Deviation[m] = append(f.Recovered[m], next.Recovered[m]...), append(f.Deviation[m], next.Deviation[m]...)
		f.Mean[m], f.Encoded[m] = append(f.Mean[m], next.Mean[m]...), append(f.Encoded[m], next.Encoded[m]...)
	}
}

// finish replaces variances by standard deviations, fills in what the model does not have
// of its own, and sets the most probable class.
func (f *Prediction) finish(present []erc.Present, residual [erc.NumModalities][]float64) {
	for _, m := range erc.Modalities {
		if f.Recovered[m] == nil {
			f.Recovered[m] = f.Mean[m]
		}
		own := f.Deviation[m] != nil
		if !own && f.Mean[m] != nil {
			f.Deviation[m] = make([][]float64, len(present))
		}
		for u := range f.Deviation[m] {
			if !own {
				f.Deviation[m][u] = make([]float64, len(f.Mean[m][u]))
			}
			for j := range f.Deviation[m][u] {
				to := &f.Deviation[m][u][j]
				switch {
				case present[u].Has(m):
					*to = 0
				case own:
					*to = math.Sqrt(max(*to, 0))
				case j < len(residual[m]):
					*to = residual[m][j]
				default:
					*to = unmeasured
				}
			}
		}
	}
	for _, probability := range f.Probability {
		best := 0
		for c := range probability {
			if probability[c] > probability[best] {
				best = c
			}
		}
		f.Class = append(f.Class, int32(best))
	}
}

// unmeasured is the deviation of a channel that was never withheld in validation: that of a
// standardised feature in training, which is what is known of it without any completion.
const unmeasured = 1

// accumulate adds weight·x to a sum that may still be nil.
func accumulate(sum, x []float64, weight float64) []float64 {
	if sum == nil {
		sum = make([]float64, len(x))
	}
	for j := range x {
		sum[j] += weight * x[j]
	}
	return sum
}

// accumulateRows adds weight·x to a sum that may still be nil.
func accumulateRows(sum [][]float64, x [][]float32, weight float64) [][]float64 {
	if sum == nil && x != nil {
		sum = make([][]float64, len(x))
	}
	for u := range x {
		sum[u] = accumulate(sum[u], float64s(x[u]), weight)
	}
	return sum
}

// softmax returns the probabilities of classes with the given logits.
func softmax(logits []float64) []float64 {
	top := math.Inf(-1)
	for _, x := range logits {
		top = max(top, x)
	}
	out := make([]float64, len(logits))
	sum := 0.0
	for c, x := range logits {
		out[c] = math.Exp(x - top)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
