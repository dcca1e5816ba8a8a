package infer

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/metric/draws"
	"gsdnet/missing"
	"gsdnet/model"
)

// MaskResult is the result of a model on one frozen mask. Scores is set for the Scores
// task, Classes for the Classes task.
type MaskResult struct {
	Rule    string          `json:"rule"` // "random 0.3", "fixed {t,v}"
	Scores  *metric.Scores  `json:"scores,omitempty"`
	Classes *metric.Classes `json:"classes,omitempty"`
	// Confusion counts predictions by class. It is nil for scores, and in results of older
	// versions.
	Confusion *classes.Confusion `json:"confusion,omitempty"`
	Coverage  []metric.Coverage  `json:"coverage,omitempty"` // of the intervals of the scores; nil for classes
	// Encoded, Raw and Sampled compare recovered features with withheld ones: the mean over
	// the draws in the space in which the model completes, the point estimate in standardised
	// raw features, and the mean over the draws there. They are nil if recovered features
	// were not requested, and if the mask withholds nothing.
	Encoded *metric.Recovery `json:"recovery_encoded,omitempty"`
	Raw     *metric.Recovery `json:"recovery_raw,omitempty"`
	Sampled *metric.Recovery `json:"recovery_sampled,omitempty"`
	// Imputed is the coverage of normal intervals for the withheld raw features. It is
	// nil when Raw is.
	Imputed []metric.Coverage `json:"imputed,omitempty"`
	// Completion scores the draws of the withheld cells, as the model draws them, in the
	// coordinates of a Space. It is nil when Raw is, and if there is no Space.
	Completion *draws.Completion `json:"completion,omitempty"`

	// Labels and Predictions have an entry for every utterance of the split: scores, or
	// the numbers of classes. A missing label is NaN or erc.Unlabelled.
	Labels      []float64 `json:"-"`
	Predictions []float64 `json:"-"`
	// Distributions holds the predictive distribution of every utterance. It is nil for
	// classes.
	Distributions []metric.Mixture `json:"-"`
	// Probabilities [utterance][class] holds the probability of every class. It is nil for
	// scores.
	Probabilities [][]float64 `json:"-"`
	// Contributions are what each conversation contributes to Completion.
	Contributions []draws.Contribution `json:"-"`
}

// Evaluation evaluates predictors on the samples of one split under frozen masks.
type Evaluation struct {
	samples []Sample
	masks   []missing.Mask
	setup   model.Setup
	classes []string // names of the classes; nil for scores
	space   *Space
}

// NewEvaluation pairs the samples of a split with its masks. Its results call classes by
// their numbers.
func NewEvaluation(samples []Sample, masks []missing.Mask, setup model.Setup) *Evaluation {
	return &Evaluation{samples: samples, masks: masks, setup: setup, classes: erc.ClassNames(nil, setup.NumClasses)}
}

// In returns the evaluation with the space in which completions are scored; nil scores
// none.
func (e *Evaluation) In(space *Space) *Evaluation {
	out := *e
	out.space = space
	return &out
}

// Run evaluates a predictor on every mask and returns one result for each, in the order
// of the masks. If r.Recovered is set, the results compare recovered features with
// withheld ones. Its errors are those of Predict.
func (e *Evaluation) Run(ctx context.Context, p *Predictor, r Request) ([]MaskResult, error) {
	var truth []Draw
	if r.Recovered {
		var err error
		if truth, err = e.encodeTruth(ctx, p, r); err != nil {
			return nil, err
		}
	}
	cells := make([]MaskResult, len(e.masks))
	for i, mask := range e.masks {
		convs := e.observe(mask)
		var each func(i, from, k int, d Draw)
		var kept *collector
		if r.Recovered && e.space != nil {
			kept = newCollector(e.space, e.samples, convs, r.Samples)
			each = kept.add
		}
		predictions, err := predict(ctx, p, convs, r, each)
		if err != nil {
			return nil, err
		}
		cells[i] = e.score(predictions)
		cells[i].Rule = mask.String()
		if r.Recovered {
			e.scoreRecovery(&cells[i], convs, predictions, truth)
		}
		if kept != nil {
			cells[i].Completion, cells[i].Contributions = kept.score(e.samples, predictions)
		}
	}
	return cells, nil
}

// observe returns the conversations of the split as the mask leaves them.
func (e *Evaluation) observe(mask missing.Mask) []Observed {
	convs := make([]Observed, len(e.samples))
	rest := mask.Present
	for i := range e.samples {
		n := e.samples[i].Len()
		convs[i] = e.samples[i].Observe(rest[:n])
		rest = rest[n:]
	}
	return convs
}

// encodeTruth encodes the split with all the modalities that the corpus has of it.
func (e *Evaluation) encodeTruth(ctx context.Context, p *Predictor, r Request) ([]Draw, error) {
	r.Samples = 1
	convs := make([]Observed, len(e.samples))
	for i := range e.samples {
		convs[i] = e.samples[i].Observe(e.samples[i].Present())
	}
	truth := make([]Draw, len(convs))
	err := p.Run(ctx, convs, r, func(i int, c Draw) { truth[i] = c })
	return truth, err
}

// score compares predictions with labels.
func (e *Evaluation) score(predictions []Prediction) MaskResult {
	var cell MaskResult
	if e.setup.Task == erc.Classes {
		var labels, predicted []int32
		var probabilities [][]float64
		for i, f := range predictions {
			labels = append(labels, e.samples[i].Truth.Classes...)
			predicted = append(predicted, f.Class...)
			probabilities = append(probabilities, f.Probability...)
		}
		scores := metric.EvaluateClasses(labels, predicted, probabilities)
		cell.Classes, cell.Confusion, cell.Probabilities = &scores, classes.Confuse(e.classes, labels, predicted), probabilities
		for i, y := range labels {
			cell.Labels = append(cell.Labels, float64(y))
			cell.Predictions = append(cell.Predictions, float64(predicted[i]))
		}
		return cell
	}
	for i, f := range predictions {
		for u, y := range e.samples[i].Truth.Labels {
			cell.Labels = append(cell.Labels, float64(y))
			cell.Predictions = append(cell.Predictions, f.Distribution[u].Mean())
			cell.Distributions = append(cell.Distributions, f.Distribution[u])
		}
	}
	scores := metric.Evaluate(cell.Labels, cell.Predictions, cell.Distributions)
	cell.Scores = &scores
	cell.Coverage = metric.Calibrate(cell.Labels, cell.Distributions)
	return cell
}

// scoreRecovery compares recovered features with withheld ones.
func (e *Evaluation) scoreRecovery(cell *MaskResult, convs []Observed, predictions []Prediction, truth []Draw) {
	var wantEncoded, gotEncoded, wantRaw, gotRaw, sampled, deviations [][]float64
	for i := range convs {
		for u, has := range e.samples[i].Present() {
			for _, m := range erc.Modalities {
				if !has.Has(m) || convs[i].Present[u].Has(m) {
					continue
				}
				wantEncoded = append(wantEncoded, float64s(truth[i].Encoded[m][u]))
				gotEncoded = append(gotEncoded, predictions[i].Encoded[m][u])
				wantRaw = append(wantRaw, float64s(e.samples[i].Truth.Features[m][u]))
				gotRaw = append(gotRaw, predictions[i].Recovered[m][u])
				sampled = append(sampled, predictions[i].Mean[m][u])
				deviations = append(deviations, predictions[i].Deviation[m][u])
			}
		}
	}
	if len(wantRaw) == 0 {
		return
	}
	encoded, raw, unshrunk := metric.Recover(wantEncoded, gotEncoded), metric.Recover(wantRaw, gotRaw), metric.Recover(wantRaw, sampled)
	cell.Encoded, cell.Raw, cell.Sampled = &encoded, &raw, &unshrunk
	cell.Imputed = metric.CoverNormal(wantRaw, gotRaw, deviations)
}

// MeanError returns the validation error by which training selects the epoch: the mean
// over the masks of the mean absolute error or, for classes, of 1 − weighted F1. It is NaN
// without masks.
func MeanError(cells []MaskResult) float64 {
	sum := 0.0
	for _, c := range cells {
		if c.Classes != nil {
			sum += 1 - c.Classes.Get("weighted_f1")
		} else {
			sum += c.Scores.Get("mae")
		}
	}
	if len(cells) == 0 {
		return math.NaN()
	}
	return sum / float64(len(cells))
}
