package infer

import (
	"slices"

	"gsdnet/erc"
	"gsdnet/model"
)

// A conversation of more than MaxLength utterances is processed in windows, because the
// cost of graphs, spectra and attention grows with the square of the length or faster.
// Draws and predictions come from overlapping windows of MaxLength utterances. Each window
// is computed as a conversation of its own, and its middle is kept, so that every kept
// utterance has at least windowContext neighbours of its conversation on either side, or
// all that exist. Training, and the measures of graphs, use consecutive pieces without an
// overlap, so that no utterance counts twice.
const (
	MaxLength     = 256
	windowContext = 48
)

// window is a range of utterances that is computed, and the range of them that is kept.
// Its indices count from the start of the conversation.
type window struct {
	conversation              int
	start, keepStart, keepEnd int
}

// windowsOf returns the windows of a conversation of n utterances. A short conversation
// has one. The kept ranges are consecutive and cover 0 to n.
func windowsOf(n int) []window {
	if n <= MaxLength {
		return []window{{keepEnd: n}}
	}
	var out []window
	for kept := 0; kept < n; {
		w := window{start: max(0, kept-windowContext), keepStart: kept}
		w.keepEnd = w.start + MaxLength - windowContext
		if w.start+MaxLength >= n {
			w.start, w.keepEnd = n-MaxLength, n
		}
		out = append(out, w)
		kept = w.keepEnd
	}
	return out
}

// windowPlan divides conversations into pieces to compute. Piece i is the range windows[i]
// of its conversation. The pieces of a conversation are adjacent and in order.
type windowPlan struct {
	convs   []Observed
	pieces  []Observed
	windows []window
}

// planWindows divides conversations into pieces. A short conversation is one piece.
func planWindows(convs []Observed) *windowPlan {
	plan := &windowPlan{convs: convs}
	for i := range convs {
		for part, w := range windowsOf(convs[i].Len()) {
			w.conversation = i
			piece := convs[i]
			if n := convs[i].Len(); n > MaxLength {
				piece = sliceObserved(&convs[i], w.start, min(w.start+MaxLength, n), part)
			}
			plan.pieces, plan.windows = append(plan.pieces, piece), append(plan.windows, w)
		}
	}
	return plan
}

// kept returns the part of a draw of piece i that is kept.
func (p *windowPlan) kept(i int, c Draw) Draw {
	w := p.windows[i]
	if w.keepStart == w.start && w.keepEnd-w.start == p.pieces[i].Len() {
		return c
	}
	return c.slice(w.keepStart-w.start, w.keepEnd-w.start)
}

// join returns a function to call with each draw of each piece. It joins them and calls
// visit with the draws of whole conversations, those of each conversation in their order.
func (p *windowPlan) join(visit func(i int, c Draw)) func(piece int, c Draw) {
	waiting := make([][]Draw, len(p.pieces)) // the draws of each piece that are not joined yet
	first := make([]int, len(p.convs))       // the first piece of each conversation
	count := make([]int, len(p.convs))       // the number of pieces of each conversation
	for piece, w := range p.windows {
		if count[w.conversation] == 0 {
			first[w.conversation] = piece
		}
		count[w.conversation]++
	}
	return func(piece int, c Draw) {
		i := p.windows[piece].conversation
		if count[i] == 1 {
			visit(i, c)
			return
		}
		waiting[piece] = append(waiting[piece], p.kept(piece, c))
		parts := waiting[first[i] : first[i]+count[i]]
		if slices.ContainsFunc(parts, func(w []Draw) bool { return len(w) == 0 }) {
			return
		}
		var whole Draw
		for k := range parts {
			whole.append(parts[k][0])
			parts[k] = parts[k][1:]
		}
		visit(i, whole)
	}
}

// watchPieces returns a function to call with numbers of draws of pieces. It calls watch
// with the numbers of draws of conversations that correspond to them. It returns nil if
// watch is nil.
func (p *windowPlan) watchPieces(watch func(draws int)) func(draws int) {
	if watch == nil || len(p.pieces) == len(p.convs) {
		return watch
	}
	pieces, reported := 0, 0
	return func(n int) {
		pieces += n
		if done := pieces * len(p.convs) / len(p.pieces); done > reported {
			watch(done - reported)
			reported = done
		}
	}
}

// sliceObserved returns the utterances from to to−1 as a conversation of their own.
func sliceObserved(c *Observed, from, to, part int) Observed {
	out := Observed{source: c.source, offset: c.offset + from}
	out.Key, out.Part, out.Present, out.Speakers = c.Key, part, c.Present[from:to], c.Speakers[from:to]
	for _, m := range erc.Modalities {
		out.Features[m] = c.Features[m][from:to]
	}
	return out
}

// slice returns the draw of the utterances from to to−1.
func (c *Draw) slice(from, to int) Draw {
	var out Draw
	out.Location, out.Scale, out.Logits = sliceRows(c.Location, from, to), sliceRows(c.Scale, from, to), sliceRows(c.Logits, from, to)
	parts := out.features()
	for k, of := range c.features() {
		for m := range of {
			parts[k][m] = sliceRows(of[m], from, to)
		}
	}
	return out
}

// features lists the arrays [m][N] of a draw.
func (c *Draw) features() []*[erc.NumModalities][][]float32 {
	return []*[erc.NumModalities][][]float32{&c.Sampled, &c.Estimate, &c.Variance, &c.Encoded}
}

// sliceRows returns x[from:to], or nil if x is nil.
func sliceRows[T any](x []T, from, to int) []T {
	if x == nil {
		return nil
	}
	return x[from:to:to]
}

// append adds the draw of the utterances that follow.
func (c *Draw) append(next Draw) {
	c.Location, c.Scale, c.Logits = append(c.Location, next.Location...), append(c.Scale, next.Scale...), append(c.Logits, next.Logits...)
	added := next.features()
	for k, of := range c.features() {
		for m := range of {
			of[m] = append(of[m], added[k][m]...)
		}
	}
}

// Pieces cuts samples of more than MaxLength utterances into consecutive samples of nearly
// equal length. Shorter samples are returned as they are.
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
			out = append(out, s.slice(k*n/count, (k+1)*n/count, k))
		}
	}
	return out
}

// slice returns the utterances from to to−1 as a sample of their own.
func (s *Sample) slice(from, to, part int) Sample {
	out := Sample{Source: s.Source, key: s.key, part: part, speakers: s.speakers[from:to]}
	out.Truth = model.Truth{Present: s.Truth.Present[from:to], Labels: s.Truth.Labels[from:to], Classes: s.Truth.Classes[from:to]}
	for _, m := range erc.Modalities {
		out.Truth.Features[m] = s.Truth.Features[m][from:to]
	}
	return out
}

// Pieces cuts the conversation in the same way as the function Pieces cuts samples.
func (c *Filled) Pieces() []Filled {
	n := len(c.Present)
	count := max((n+MaxLength-1)/MaxLength, 1)
	out := make([]Filled, count)
	for k := range out {
		from, to := k*n/count, (k+1)*n/count
		out[k].Available, out[k].Present = c.Available[from:to], c.Present[from:to]
		for _, m := range erc.Modalities {
			out[k].Original[m] = sliceRows(c.Original[m], from, to)
			out[k].Sampled[m] = sliceRows(c.Sampled[m], from, to)
		}
	}
	return out
}
