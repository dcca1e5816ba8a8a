package infer

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/internal/limit"
	"gsdnet/metric"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Prediction combines K draws of one conversation. It has one entry for each of the N
// utterances. Distribution is set for scores, Class and Probability for classes.
type Prediction struct {
	Distribution []metric.Mixture // [N] of the score, a mixture over the draws
	Class        []int32          // [N] the most probable class
	Probability  [][]float64      // [N][C] mean over the draws
	// Recovered [m][N][D_m] is the mean over the draws of the standardised raw features,
	// Encoded the mean in the space of Eq. 14. Deviation is the standard deviation of the
	// error of Recovered: its square is the variance over the draws plus, if the cell is
	// missing, the mean squared error on the validation masks. It is 0 for an observed
	// cell. All three are nil unless Request.Recovered is set, and for a modality that the
	// run does not have.
	Recovered, Deviation, Encoded [erc.NumModalities][][]float64
	sampled                       [erc.NumModalities][][]float64 // the mean over the draws before shrinkage
}

// Predict draws r.Samples completions of each conversation and combines them. Its errors
// are a number of samples out of range, a result that is not finite, a closed predictor,
// and the context's.
func Predict(ctx context.Context, p *Predictor, convs []Observed, r Request) ([]Prediction, error) {
	return predict(ctx, p, convs, r, nil)
}

// predict does so and calls each, unless it is nil, with draw k of the utterances of
// conversation i from one on, for each k in order.
func predict(ctx context.Context, p *Predictor, convs []Observed, r Request, each func(i, from, k int, d Draw)) ([]Prediction, error) {
	if err := limit.Value("samples", r.Samples, limit.Of(rundir.Training{}, "samples")); err != nil {
		return nil, err
	}
	plan := planWindows(convs)
	r.Watch = plan.watchPieces(r.Watch)
	parts := make([]Prediction, len(plan.pieces))
	drawn := make([]int, len(plan.pieces))
	err := p.run(ctx, plan.pieces, r, func(i int, c Draw) {
		c = plan.kept(i, c)
		parts[i].add(c, r.Samples)
		if each != nil {
			each(plan.windows[i].conversation, plan.windows[i].keepStart, drawn[i], c)
		}
		drawn[i]++
	})
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(convs))
	for i := range parts {
		out[plan.windows[i].conversation].append(&parts[i])
	}
	for i := range out {
		out[i].finish(convs[i].Present, &p.Shrinkage)
	}
	return out, nil
}

// add adds one of k draws. Until finish is called, Deviation holds mean squares.
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
	for m := range c.Recovered {
		f.Recovered[m] = accumulateRows(f.Recovered[m], c.Recovered[m], 1/float64(k), false)
		f.Deviation[m] = accumulateRows(f.Deviation[m], c.Recovered[m], 1/float64(k), true)
		f.sampled[m] = accumulateRows(f.sampled[m], c.Sampled[m], 1/float64(k), false)
		f.Encoded[m] = accumulateRows(f.Encoded[m], c.Encoded[m], 1/float64(k), false)
	}
}

// append adds the prediction of the utterances that follow.
func (f *Prediction) append(next *Prediction) {
	f.Distribution, f.Probability = append(f.Distribution, next.Distribution...), append(f.Probability, next.Probability...)
	for m := range f.Recovered {
		f.Recovered[m], f.Deviation[m] = append(f.Recovered[m], next.Recovered[m]...), append(f.Deviation[m], next.Deviation[m]...)
		f.sampled[m], f.Encoded[m] = append(f.sampled[m], next.sampled[m]...), append(f.Encoded[m], next.Encoded[m]...)
	}
}

// finish replaces mean squares by standard deviations, and sets the most probable class.
func (f *Prediction) finish(present []erc.Present, r *model.Shrinkage) {
	for _, m := range erc.Modalities {
		for u, squares := range f.Deviation[m] {
			for j, mean := range f.Recovered[m][u] {
				variance := max(0, squares[j]-mean*mean)
				if !present[u].Has(m) {
					residual := r.Deviation(m, j)
					variance += residual * residual
				}
				squares[j] = math.Sqrt(variance)
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

// accumulateRows adds weight·x, or weight·x² if square is set, to a sum that may still be
// nil.
func accumulateRows(sum [][]float64, x [][]float32, weight float64, square bool) [][]float64 {
	if sum == nil && x != nil {
		sum = make([][]float64, len(x))
	}
	for u := range x {
		row := float64s(x[u])
		if square {
			for j := range row {
				row[j] *= row[j]
			}
		}
		sum[u] = accumulate(sum[u], row, weight)
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
