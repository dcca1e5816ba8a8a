package gsdnet

import (
	"context"

	"gsdnet/erc"
	"gsdnet/explain"
)

// Explanation says what the prediction of one conversation rests on.
type Explanation = explain.Explanation

// ExplainOptions are the settings of Explain. The zero value holds the defaults.
type ExplainOptions struct {
	Samples  int      // completions behind every prediction; 0: DefaultSamples
	Draws    int      // draws of each missing cell that are supplied; 0: 8
	Seed     uint64   // of the noise; 0: the run's own seed
	Parts    []string // of explain.Parts; nil: all
	Progress func(conversations int)
}

// Explain explains the predictions of every conversation of a corpus, in its order: what
// they owe to each modality, to other utterances and to the edges of the graph, where the
// estimates of missing cells come from, and what knowing a missing cell would do. An
// explanation of N utterances takes some 10·N predictions, and Draws for each missing cell.
// Its errors are those of Predict, a conversation of more than explain.MaxUtterances, and a
// part that is not one of explain.Parts.
func (r *Run) Explain(ctx context.Context, c *erc.Corpus, o ExplainOptions) ([]Explanation, error) {
	samples, err := r.trained.AllSamples(c)
	if err != nil {
		return nil, err
	}
	out := make([]Explanation, len(samples))
	for i := range samples {
		one, err := explain.Explain(ctx, r.trained, &samples[i], explain.Options{Samples: o.Samples, Draws: o.Draws, Seed: o.Seed, Parts: o.Parts})
		if err != nil {
			return nil, err
		}
		out[i] = *one
		if o.Progress != nil {
			o.Progress(1)
		}
	}
	return out, nil
}
