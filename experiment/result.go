package experiment

import (
	"slices"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/metric/draws"
	"gsdnet/rundir"
)

// Result is a model's result under every frozen mask of a split.
type Result struct {
	Cells []infer.MaskResult `json:"cells"`
	// Mean averages the cells. Its Confusion is their sum.
	Mean infer.MaskResult `json:"mean"`
	// Constants are predictors that look at nothing but the training labels, on
	// the same labels: the majority and, for scores, the mean. Empty when the run
	// does not know its training labels.
	Constants []infer.MaskResult `json:"constants,omitempty"`
}

// NewResult averages the cells of a split of a corpus and adds the constant
// predictors, which are fitted to the training labels that the run remembers.
func NewResult(cells []infer.MaskResult, seen *rundir.Fingerprint, corpus *erc.Corpus, split erc.Split) Result {
	p := Result{Cells: cells, Mean: mean(cells)}
	if seen == nil || len(seen.LabelValues) == 0 {
		return p
	}
	training, asked := seen.TrainingLabels(), corpus.In(split)
	if corpus.Task == erc.Classes {
		known := make([]int32, len(training))
		for i, class := range training {
			known[i] = int32(class)
		}
		labels := classLabels(asked)
		scores := metric.EvaluateClasses(labels, slices.Repeat([]int32{classes.Majority(known)}, len(labels)), nil)
		p.Constants = []infer.MaskResult{{Rule: "majority predictor", Classes: &scores}}
		return p
	}
	constant, labels := metric.FitConstant(training), scoresOf(asked)
	majority, average := constant.Majority(labels), constant.Mean(labels)
	p.Constants = []infer.MaskResult{{Rule: "majority predictor", Scores: &majority}, {Rule: "mean predictor", Scores: &average}}
	return p
}

// mean averages every measure over the cells that have it.
func mean(cells []infer.MaskResult) infer.MaskResult {
	out := infer.MaskResult{Rule: "mean"}
	for _, cell := range cells {
		if cell.Scores != nil && out.Scores == nil {
			out.Scores = &metric.Scores{N: cell.Scores.N, Values: metric.Values{}}
		}
		if cell.Classes != nil && out.Classes == nil {
			out.Classes = &metric.Classes{N: cell.Classes.N, Values: metric.Values{}}
		}
		if cell.Encoded != nil && out.Encoded == nil {
			for _, space := range []**metric.Recovery{&out.Encoded, &out.Raw, &out.Sampled} {
				*space = &metric.Recovery{Values: metric.Values{}}
			}
		}
	}
	out.Coverage = meanCoverage(cells, func(c *infer.MaskResult) []metric.Coverage { return c.Coverage })
	out.Imputed = meanCoverage(cells, func(c *infer.MaskResult) []metric.Coverage { return c.Imputed })
	var completions []*draws.Completion
	for i := range cells {
		completions = append(completions, cells[i].Completion)
	}
	out.Completion = draws.Average(completions)
	out.Confusion = addConfusions(cells)
	for _, m := range measuresOf(cells) {
		sum, n := 0.0, 0.0
		for i := range cells {
			if m.Has(&cells[i]) {
				sum, n = sum+m.Value(&cells[i]), n+1
			}
		}
		m.of(&out)[m.key] = sum / n
	}
	return out
}

// meanCoverage averages coverages, level by level, over the cells that have them.
func meanCoverage(cells []infer.MaskResult, of func(*infer.MaskResult) []metric.Coverage) []metric.Coverage {
	var out []metric.Coverage
	n := 0.0
	for i := range cells {
		levels := of(&cells[i])
		if levels == nil {
			continue
		}
		if out == nil {
			out = make([]metric.Coverage, len(levels))
		}
		n++
		for k, c := range levels {
			out[k].Level, out[k].N = c.Level, c.N
			out[k].Covered += c.Covered
			out[k].Width += c.Width
		}
	}
	for k := range out {
		out[k].Covered /= n
		out[k].Width /= n
	}
	return out
}

func scoresOf(convs []erc.Conversation) []float64 {
	var out []float64
	for i := range convs {
		for j := range convs[i].Utterances {
			out = append(out, float64(convs[i].Utterances[j].Label))
		}
	}
	return out
}

func classLabels(convs []erc.Conversation) []int32 {
	var out []int32
	for i := range convs {
		for j := range convs[i].Utterances {
			out = append(out, convs[i].Utterances[j].Class)
		}
	}
	return out
}
