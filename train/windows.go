package train

import (
	"slices"

	"gsdnet/erc"
	"gsdnet/model"
)

// A conversation of more than MaxLength utterances is processed in windows,
// because graphs, spectra and attention grow with the square of the length or
// faster. Completions and predictions come from overlapping windows of MaxLength
// utterances: each is computed as a conversation of its own, and of each the middle
// is kept, so that every utterance has at least windowContext utterances of its
// conversation on either side, or all there are. Training and what measures graphs
// use consecutive pieces without an overlap, so that no utterance counts twice.
const (
	MaxLength     = 256
	windowContext = 48
)

// window is a stretch of a long conversation: what is computed, and what of it is
// kept; all three count from the start of the conversation.
type window struct{ from, keepFrom, keepTo int }

// windowsOf returns the windows of a conversation longer than MaxLength. All have
// that length, and what they keep are consecutive stretches of 0 to n.
func windowsOf(n int) []window {
	var out []window
	for kept := 0; kept < n; {
		w := window{from: max(0, kept-windowContext), keepFrom: kept}
		w.keepTo = w.from + MaxLength - windowContext
		if w.from+MaxLength >= n {
			w.from, w.keepTo = n-MaxLength, n
		}
		out = append(out, w)
		kept = w.keepTo
	}
	return out
}

// cut returns conversations with the windows of long ones in their place, and what
// to call with each window's completion so that visit gets those of the
// conversations. Where none is long both are as they came.
func cut(convs []model.Conversation, visit func(i int, c Completion)) ([]model.Conversation, func(i int, c Completion)) {
	if !slices.ContainsFunc(convs, func(c model.Conversation) bool { return c.Len() > MaxLength }) {
		return convs, visit
	}
	type position struct{ conversation, window int }
	var pieces []model.Conversation
	var places []position
	parts := make([][]Completion, len(convs))
	plans := make([][]window, len(convs))
	left := make([]int, len(convs))
	for i := range convs {
		plans[i] = []window{{0, 0, convs[i].Len()}}
		if n := convs[i].Len(); n > MaxLength {
			plans[i] = windowsOf(n)
		}
		parts[i], left[i] = make([]Completion, len(plans[i])), len(plans[i])
		for k, w := range plans[i] {
			pieces = append(pieces, stretchOfConversation(&convs[i], w.from, min(w.from+MaxLength, convs[i].Len()), k))
			places = append(places, position{i, k})
		}
	}
	return pieces, func(piece int, c Completion) {
		at := places[piece]
		w := plans[at.conversation][at.window]
		parts[at.conversation][at.window] = c.between(w.keepFrom-w.from, w.keepTo-w.from)
		if left[at.conversation]--; left[at.conversation] > 0 {
			return
		}
		var whole Completion
		for _, part := range parts[at.conversation] {
			whole.append(part)
		}
		parts[at.conversation] = nil
		visit(at.conversation, whole)
	}
}

// stretchOfConversation returns a stretch of a conversation as a conversation of its own.
func stretchOfConversation(c *model.Conversation, from, to, part int) model.Conversation {
	out := model.Conversation{Key: c.Key, Part: part, Present: c.Present[from:to], Speakers: c.Speakers[from:to]}
	for _, m := range erc.Modalities {
		out.Features[m] = c.Features[m][from:to]
	}
	return out
}

// between returns the completion of a stretch of the utterances.
func (c *Completion) between(from, to int) Completion {
	var out Completion
	out.Location, out.Scale, out.Logits = stretchOf(c.Location, from, to), stretchOf(c.Scale, from, to), stretchOf(c.Logits, from, to)
	for m := range erc.NumModalities {
		out.Recovered[m], out.Sampled[m] = stretchOf(c.Recovered[m], from, to), stretchOf(c.Sampled[m], from, to)
		out.Encoded[m] = stretchOf(c.Encoded[m], from, to)
		for _, anchor := range c.anchors[m] {
			out.anchors[m] = append(out.anchors[m], stretchOf(anchor, from, to))
		}
	}
	return out
}

// stretchOf is a stretch of a slice, nil of nil.
func stretchOf[T any](x []T, from, to int) []T {
	if x == nil {
		return nil
	}
	return x[from:to:to]
}

// append adds the completion of the utterances that follow.
func (c *Completion) append(next Completion) {
	c.Location, c.Scale, c.Logits = append(c.Location, next.Location...), append(c.Scale, next.Scale...), append(c.Logits, next.Logits...)
	for m := range erc.NumModalities {
		c.Recovered[m], c.Sampled[m] = append(c.Recovered[m], next.Recovered[m]...), append(c.Sampled[m], next.Sampled[m]...)
		c.Encoded[m] = append(c.Encoded[m], next.Encoded[m]...)
		if c.anchors[m] == nil {
			c.anchors[m] = make([][][]float32, len(next.anchors[m]))
		}
		for k, anchor := range next.anchors[m] {
			c.anchors[m][k] = append(c.anchors[m][k], anchor...)
		}
	}
}

// Pieces returns samples with long ones in consecutive pieces of nearly the same
// length, at most MaxLength.
func Pieces(samples []Sample) []Sample {
	var out []Sample
	for i := range samples {
		s, n := &samples[i], samples[i].Len()
		count := (n + MaxLength - 1) / MaxLength
		for k := range max(count, 1) {
			if count <= 1 {
				out = append(out, *s)
				continue
			}
			out = append(out, s.between(k*n/count, (k+1)*n/count, k))
		}
	}
	return out
}

// between returns a stretch of a sample as a sample of its own.
func (s *Sample) between(from, to, part int) Sample {
	out := Sample{Source: s.Source, key: s.key, part: part, voices: s.voices[from:to]}
	out.truth = model.Truth{Present: s.truth.Present[from:to], Labels: s.truth.Labels[from:to], Classes: s.truth.Classes[from:to]}
	for _, m := range erc.Modalities {
		out.truth.Features[m] = s.truth.Features[m][from:to]
	}
	return out
}

// Pieces returns the conversation in pieces, as Pieces does samples.
func (c *Completed) Pieces() []Completed {
	n := len(c.Present)
	count := max((n+MaxLength-1)/MaxLength, 1)
	out := make([]Completed, count)
	for k := range out {
		from, to := k*n/count, (k+1)*n/count
		out[k].Available, out[k].Present = c.Available[from:to], c.Present[from:to]
		for _, m := range erc.Modalities {
			out[k].Original[m] = stretchOf(c.Original[m], from, to)
			out[k].Recovered[m] = stretchOf(c.Recovered[m], from, to)
			out[k].Sampled[m] = stretchOf(c.Sampled[m], from, to)
		}
	}
	return out
}
