package metric

import (
	"math"

	"gsdnet/metric/classes"
	"gsdnet/metric/internal/confusion"
	"gsdnet/metric/recovery"
	"gsdnet/metric/scores"
)

// everywhere is the Omit of a metric that evaluations print and reports do not.
var everywhere = Places

// scoreMetrics are the metrics of predicted scores.
var scoreMetrics = []Metric{
	{
		Key: "acc2", Heading: "ACC2", Percent: true, Undefined: true, Omit: []string{InAgainst, InSamples, InLine},
		Help:      "The share of utterances with a label other than 0 whose sign is right.",
		Score:     func(y, p []float64, _ []Mixture) float64 { return scores.ACC2(y, p) },
		Utterance: func(y, p, _ float64) float64 { return scores.ACC2([]float64{y}, []float64{p}) },
		majority:  func(c Constant) float64 { return c.sign },
	},
	{
		Key: "f1", Heading: "F1", Percent: true, Undefined: true, Omit: []string{InAgainst, InComplete, InSamples, InLine},
		Help:     "The weighted F1 of the negative and the positive class.",
		Score:    func(y, p []float64, _ []Mixture) float64 { return scores.F1(y, p) },
		Sums:     signSums(confusion.Matrix.WeightedF1),
		majority: func(c Constant) float64 { return c.sign },
	},
	{
		Key: "acc2_has0", Heading: "ACC2-has0", Percent: true, Omit: everywhere,
		Help:     "The share of all utterances on the right side of zero, zero counting as positive.",
		Score:    func(y, p []float64, _ []Mixture) float64 { return scores.ACC2Has0(y, p) },
		majority: func(c Constant) float64 { return c.side },
	},
	{
		Key: "acc7", Heading: "ACC7", Percent: true, Omit: []string{InAgainst, InComplete, InSamples, InLine},
		Help:      "The share of utterances in the right one of seven classes.",
		Score:     func(y, p []float64, _ []Mixture) float64 { return scores.ACC7(y, p) },
		Utterance: func(y, p, _ float64) float64 { return scores.ACC7([]float64{y}, []float64{p}) },
	},
	{
		Key: "mae", Heading: "MAE", Axis: "mean absolute error", Lower: true, Main: true,
		Help:      "The mean absolute error.",
		Score:     func(y, p []float64, _ []Mixture) float64 { return scores.MAE(y, p) },
		Utterance: func(y, p, _ float64) float64 { return math.Abs(y - p) },
	},
	{
		Key: "corr", Heading: "Corr", Axis: "Pearson correlation", Omit: []string{InComplete},
		Help:  "Pearson's correlation of labels and predictions.",
		Score: func(y, p []float64, _ []Mixture) float64 { return scores.Corr(y, p) },
		Sums:  corrSums,
	},
	{
		Key: "crps", Heading: "CRPS", Lower: true, Omit: []string{InComplete, InLine},
		Help:      "The continuous ranked probability score of the predictive distribution.",
		Score:     CRPS,
		Utterance: func(_, _, crps float64) float64 { return crps },
	},
}

// classMetrics are the metrics of predicted classes.
var classMetrics = []Metric{
	{
		Key: "wa", Heading: "WA", Percent: true, Main: true,
		Help:      "The share of utterances in the right class.",
		Class:     func(y, p []int32, _ [][]float64) float64 { return classes.WA(y, p) },
		Utterance: func(y, p, _ float64) float64 { return classes.WA([]int32{int32(y)}, []int32{int32(p)}) },
	},
	{
		Key: "ua", Heading: "UA", Percent: true, Omit: []string{InAgainst, InComplete},
		Help:  "The recall averaged over the classes that occur.",
		Class: func(y, p []int32, _ [][]float64) float64 { return classes.UA(y, p) },
		Sums:  classSums(confusion.Matrix.Recall),
	},
	{
		Key: "weighted_f1", Field: "f1", Heading: "F1", Percent: true, Omit: []string{InSamples, InLine},
		Help:  "The F1 of each class, weighted by how often the class occurs.",
		Class: func(y, p []int32, _ [][]float64) float64 { return classes.WeightedF1(y, p) },
		Sums:  classSums(confusion.Matrix.WeightedF1),
	},
	{
		Key: "ece", Heading: "ECE", Percent: true, Lower: true, Distributed: true, Omit: []string{InAgainst, InComplete, InLine},
		Help: "The expected calibration error of the probabilities of the predicted classes.",
		Class: func(y, p []int32, probs [][]float64) float64 {
			if probs == nil {
				return math.NaN()
			}
			return classes.ECE(y, p, probs, classes.Bins)
		},
	},
}

// recoveryMetrics are the metrics of recovered features.
var recoveryMetrics = []Metric{
	{
		Key: "rmse", Heading: "RMSE", Lower: true, Main: true, Sampled: true, Recover: recovery.RMSE,
		Help: "The root of the mean squared difference of withheld and recovered features.",
	},
	{
		Key: "cosine", Heading: "cos", Recover: recovery.Cosine,
		Help: "The mean cosine of withheld and recovered features.",
	},
}
