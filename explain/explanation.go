package explain

import (
	"context"
	"slices"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
)

// MaxUtterances is the largest number of utterances of a conversation that can be
// explained. Longer ones are predicted in windows, which explanations do not cross.
const MaxUtterances = infer.MaxLength

// Options are the settings of an explanation. The zero value of a field is its default.
type Options struct {
	Samples int           // completions behind every prediction; 0: 16
	Draws   int           // draws of a missing cell that are supplied; 0: 8
	Seed    uint64        // of the noise; 0: that of the run
	Parts   []string      // of Parts; nil: all
	Present []erc.Present // [N] what is observed; nil: everything that the corpus has
}

const (
	defaultSamples = 16
	defaultDraws   = 8
)

// Parts of an explanation.
const (
	PartModalities  = "modalities"  // Own, Whole and Influence
	PartEdges       = "edges"       // Edges
	PartFilter      = "filter"      // Borrowed
	PartSpectrum    = "spectrum"    // Spectra
	PartSampler     = "sampler"     // Trajectory
	PartInformation = "information" // Information
	PartLosses      = "losses"      // Losses
)

// Parts lists the parts of an explanation.
func Parts() []string {
	return []string{PartModalities, PartEdges, PartFilter, PartSpectrum, PartSampler, PartInformation, PartLosses}
}

// Explanation says what the prediction of one conversation of N utterances rests on. A
// prediction is one number for each utterance: the score in the units of the labels, or the
// probability of the class that is predicted with everything that was observed. Utterances
// are named by their index, from 0. Parts that were not asked for are nil, and so are those
// that the model does not have.
type Explanation struct {
	Dialogue   int32             `json:"dialogue"`
	Utterances []UtteranceShares `json:"utterances"`
	// Whole explains the mean prediction of the conversation, where a modality is withheld
	// from all its utterances.
	Whole *Shares `json:"whole,omitempty"`
	// Influence [N][N] is by how much the prediction of utterance v (second index) falls when
	// the whole of utterance u is withheld.
	Influence [][]float64 `json:"influence,omitempty"`
	Edges     []Edge      `json:"edges,omitempty"`
	Borrowed  []Borrowed  `json:"borrowed,omitempty"`
	Spectra   []Spectrum  `json:"spectra,omitempty"`
	// Trajectory holds the distances of the sampler's states from the point estimate, in
	// the missing cells. It is nil of a model without a sampler.
	Trajectory  *infer.Trajectory `json:"trajectory,omitempty"`
	Information []Information     `json:"information,omitempty"`
	Losses      []GraphLoss       `json:"losses,omitempty"`
}

// UtteranceShares is what a prediction owes to its own modalities.
type UtteranceShares struct {
	Turn       int         `json:"turn"`
	Speaker    erc.Speaker `json:"speaker"`
	Observed   string      `json:"observed"`        // the letters of the modalities
	Prediction float64     `json:"prediction"`      // score, or probability of Class
	Spread     float64     `json:"spread"`          // standard deviation of the score, or entropy of the classes in nats
	Class      *int32      `json:"class,omitempty"` // the predicted class; nil of a score
	Own        *Shares     `json:"own,omitempty"`   // where a modality is withheld from this utterance alone
	Whole      *Shares     `json:"whole,omitempty"` // where a modality is withheld from the whole conversation
}

// Shares divide a prediction among modalities by exact Shapley values: Full = Base + the
// sum of Values.
type Shares struct {
	Base   float64                    `json:"base"`   // the prediction without the modalities
	Full   float64                    `json:"full"`   // the prediction with them
	Values [erc.NumModalities]float64 `json:"values"` // of text, audio and visual; 0 of what was not observed
}

// Edge says what an edge of the conversation graph does.
type Edge struct {
	From    int                        `json:"from"` // the index of an utterance
	To      int                        `json:"to"`
	Weights [erc.NumModalities]float64 `json:"weights"` // in the observed graph of each modality
	// Changes are the falls of the predictions of From and To when the edge is taken out of
	// all graphs, and Change is the root mean square over all utterances.
	Changes [2]float64 `json:"changes"`
	Change  float64    `json:"change"`
}

// Explain explains the prediction of one conversation of a run. Its errors are a
// conversation of more than MaxUtterances, settings out of range, a part that is not one of
// Parts, and those of infer.Predict.
func Explain(ctx context.Context, t *infer.Trained, s *infer.Sample, o Options) (*Explanation, error) {
	if err := o.fill(s.Source, s.Len()); err != nil {
		return nil, err
	}
	e := &explainer{trained: t, sample: s, options: o, base: s.Observe(s.Present())}
	if o.Present != nil {
		e.base = s.Observe(o.Present)
	}
	if err := e.begin(ctx); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{PartModalities, e.modalities}, {PartEdges, e.edges}, {PartFilter, e.filter},
		{PartSpectrum, e.spectrum}, {PartSampler, e.sampler}, {PartInformation, e.information},
		{PartLosses, e.losses},
	} {
		if !slices.Contains(o.Parts, part.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := part.do(ctx); err != nil {
			return nil, err
		}
	}
	return &e.out, nil
}

// fill replaces zeros by the defaults and checks the settings for a conversation of n
// utterances.
func (o *Options) fill(conv *erc.Conversation, n int) error {
	if n > MaxUtterances {
		return fault.Input("explain a part of it that is a file of its own", "%s: has %d utterances, and an explanation takes at most %d", conv, n, MaxUtterances)
	}
	if o.Samples == 0 {
		o.Samples = defaultSamples
	}
	if o.Draws == 0 {
		o.Draws = defaultDraws
	}
	if o.Present != nil && len(o.Present) != n {
		return fault.Input("give one entry for each utterance", "%s: has %d utterances, and %d entries say what is observed", conv, n, len(o.Present))
	}
	if o.Samples < 0 || o.Draws < 0 {
		return fault.Input("use 1 or more, or 0 for the default", "%d samples and %d draws", o.Samples, o.Draws)
	}
	if len(o.Parts) == 0 {
		o.Parts = Parts()
	}
	for _, part := range o.Parts {
		if err := fault.OneOf("parts", part, Parts()...); err != nil {
			return err
		}
	}
	return nil
}
