package serve

import (
	"math"

	"gsdnet/erc"
)

// Shown is a conversation as the page shows it, with all of its features.
type Shown struct {
	Name         string       `json:"name" doc:"Name of the conversation."`
	Conversation Given        `json:"conversation" doc:"A body for /v1/predict, /v1/impute and /v1/explain."`
	Labels       []*float32   `json:"labels,omitempty" doc:"The score that the file has for each utterance; null where it has none."`
	Classes      []*int32     `json:"classes,omitempty" doc:"The class that the file has for each utterance, by number; null where it has none."`
	Recording    *recorded    `json:"recording,omitempty" doc:"The recording of it, if the server was started with one."`
	Channels     ChannelNames `json:"channels" doc:"Names of the features, where the file has them."`
}

// Given is a conversation that can be sent as the body of a request.
type Given struct {
	Dialogue   int32            `json:"dialogue"`
	Utterances []GivenUtterance `json:"utterances"`
}

// GivenUtterance is one utterance of it. A modality that was not observed is null.
type GivenUtterance struct {
	Turn    int     `json:"turn"`
	Speaker speaker `json:"speaker"`
	ByModality
}

// ChannelNames holds the names of the features of each modality.
type ChannelNames struct {
	Text   []string `json:"text"`
	Audio  []string `json:"audio"`
	Visual []string `json:"visual"`
}

// shownOf returns a conversation of a corpus.
func shownOf(corpus *erc.Corpus, conv *erc.Conversation) Shown {
	out := Shown{
		Name:         conv.String(),
		Conversation: Given{Dialogue: conv.ID, Utterances: make([]GivenUtterance, len(conv.Utterances))},
		Channels:     ChannelNames{corpus.Channels[erc.Text], corpus.Channels[erc.Audio], corpus.Channels[erc.Visual]},
	}
	speakers := speakersOf(corpus, conv)
	for i := range conv.Utterances {
		u := &conv.Utterances[i]
		var observed [erc.NumModalities][]float32
		for _, m := range erc.Modalities {
			if u.Present.Has(m) {
				observed[m] = u.Features[m]
			}
		}
		out.Conversation.Utterances[i] = GivenUtterance{u.Turn, speakers[i], vectors(observed)}
	}
	switch corpus.Task {
	case erc.Scores:
		out.Labels = labelled(conv, func(u *erc.Utterance) (float32, bool) { return u.Label, !math.IsNaN(float64(u.Label)) })
	case erc.Classes:
		out.Classes = labelled(conv, func(u *erc.Utterance) (int32, bool) { return u.Class, u.Class != erc.Unlabelled })
	}
	return out
}

// labelled lists a value of every utterance, nil where it is not known.
func labelled[T any](conv *erc.Conversation, of func(*erc.Utterance) (T, bool)) []*T {
	out := make([]*T, len(conv.Utterances))
	for i := range conv.Utterances {
		if value, ok := of(&conv.Utterances[i]); ok {
			out[i] = &value
		}
	}
	return out
}
