package infer

import (
	"hash/fnv"
	"strconv"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// Sample is a conversation with standardised features and its labels.
type Sample struct {
	Source   *erc.Conversation // the conversation as the corpus has it
	Truth    model.Truth       // all its features, standardised, and its labels
	key      uint64            // identifies its random streams
	part     int               // number of the piece of a long conversation (Pieces), from 0
	speakers []erc.Speaker     // [N]
}

// CheckCorpus returns the error of erc.Corpus.Check with a hint, or nil.
func CheckCorpus(c *erc.Corpus) error {
	err := c.Check()
	switch {
	case err == nil:
		return nil
	case c == nil || c.Name == "":
		return fault.Input("mend the corpus; its Check says the same", "%w", err)
	}
	return fault.Input("mend the corpus; its Check says the same", "%s: %w", c.Name, err)
}

// Samples returns one sample for each conversation, with its features standardised by the
// scaler. The conversations must have the widths of the scaler.
func Samples(convs []erc.Conversation, scaler *model.Scaler) []Sample {
	samples := make([]Sample, len(convs))
	for i := range convs {
		samples[i] = newSample(&convs[i], scaler)
	}
	return samples
}

// newSample returns the sample of one conversation.
func newSample(conv *erc.Conversation, scaler *model.Scaler) Sample {
	n := len(conv.Utterances)
	s := Sample{
		Source:   conv,
		key:      streamKey(conv),
		speakers: make([]erc.Speaker, n),
		Truth: model.Truth{
			Present: make([]erc.Present, n),
			Labels:  make([]float32, n),
			Classes: make([]int32, n),
		},
	}
	for _, m := range erc.Modalities {
		s.Truth.Features[m] = make([][]float32, n)
	}
	for u := range conv.Utterances {
		from := &conv.Utterances[u]
		s.speakers[u], s.Truth.Present[u] = from.Speaker, from.Present
		s.Truth.Labels[u], s.Truth.Classes[u] = from.Label, from.Class
		for _, m := range erc.Modalities {
			if from.Present.Has(m) {
				s.Truth.Features[m][u] = scaler.Standardise(m, from.Features[m])
			}
		}
	}
	return s
}

// streamKey returns the number that identifies the random streams of a conversation. It
// depends on the number of the conversation in the corpus only.
func streamKey(conv *erc.Conversation) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(int(conv.ID))))
	return h.Sum64()
}

// StreamKeys returns the numbers that identify the sample's random streams: they depend on
// the conversation's number and, for a piece of a long one, on which piece it is.
func (s *Sample) StreamKeys() []uint64 {
	if s.part == 0 {
		return []uint64{s.key}
	}
	return []uint64{s.key, uint64(s.part)}
}

// Len returns the number of utterances.
func (s *Sample) Len() int { return len(s.Truth.Present) }

// Present returns which modalities the corpus has of each utterance.
func (s *Sample) Present() []erc.Present { return s.Truth.Present }

// Observed is what a mask leaves of a Sample. A model gets nothing else of it.
type Observed struct {
	model.Conversation
	source *erc.Conversation // for error messages
	offset int               // index in source of the first utterance
	cuts   [][2]int          // edges that Cut has taken out
}

// Observe returns the sample with the modalities in present, one entry an utterance. A
// modality that the corpus lacks stays absent.
func (s *Sample) Observe(present []erc.Present) Observed {
	c := Observed{source: s.Source}
	c.Key, c.Part, c.Speakers, c.Present = s.key, s.part, s.speakers, make([]erc.Present, s.Len())
	for u := range c.Present {
		c.Present[u] = present[u] & s.Truth.Present[u]
	}
	for _, m := range erc.Modalities {
		c.Features[m] = make([][]float32, s.Len())
		for u, p := range c.Present {
			if p.Has(m) {
				c.Features[m][u] = s.Truth.Features[m][u]
			}
		}
	}
	return c
}
