package model

import (
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
)

// Conversation is one conversation as a model meets it: standardised features,
// and nothing of what was withheld.
type Conversation struct {
	// Key names the conversation's streams of noise, so that a sample depends
	// on neither its neighbours in the batch nor the padding.
	Key uint64
	// Part counts the windows of a conversation too long to be computed at once,
	// which share its Key; 0 for one that is whole.
	Part     int
	Features [erc.NumModalities][][]float32 // [m][utterance] of width D_m; nil where absent
	Present  []erc.Present
	Speakers []erc.Speaker
}

// Len returns N, the number of utterances.
func (c *Conversation) Len() int { return len(c.Present) }

// Lacks reports whether a modality of some utterance is missing.
func (c *Conversation) Lacks() bool {
	return slices.ContainsFunc(c.Present, func(p erc.Present) bool { return p != erc.All })
}

// Truth is what training and evaluation know beyond what a model may see.
type Truth struct {
	Features [erc.NumModalities][][]float32 // as the corpus has them; nil where it has none
	Present  []erc.Present                  // what the corpus has
	Labels   []float32                      // NaN where unlabelled
	Classes  []int32                        // erc.Unlabelled where unlabelled
}

// Batch is a list of conversations and the length N they are padded to.
type Batch struct {
	Conversations []Conversation
	N             int
	Dims          [erc.NumModalities]int
	// Samples [B] is added to Draw.Sample, so that a batch may hold several completions
	// of one conversation. Nil adds nothing.
	Samples []uint64
	// Prepared is what a model's Prepare leaves for its Draw; others leave it alone.
	Prepared any
}

// Size returns B, the number of conversations.
func (b *Batch) Size() int { return len(b.Conversations) }

// First returns the first of the rows that hold the same conversation as row i, for
// computations on the host that need not be repeated.
func (b *Batch) First(i int) int {
	for j := range i {
		if same(b.Conversations[j].Present, b.Conversations[i].Present) {
			return j
		}
	}
	return i
}

// same reports whether two slices are one in memory.
func same(a, b []erc.Present) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// Names of the inputs that every model is fed (Observed) and that training adds
// (Target…). M, B, N, D_m as in the package comment.
const (
	InPresent  = "present"  // [M,B,N,1] 1 where observed
	InValid    = "valid"    // [B,N] 1 for a real utterance
	InSpeaker  = "speaker"  // [B,N] number of the speaker, as float32
	InLabel    = "label"    // [B,N] score, 0 where unlabelled
	InClass    = "class"    // [B,N] class, 0 where unlabelled, int32
	InLabelled = "labelled" // [B,N] 1 where there is a label
	InHas      = "has"      // [M,B,N,1] 1 where the corpus has the features
	InComplete = "complete_"
)

// InGraph names the observed graphs [M,B,N,N] of models that fuse along them. Their Prepare
// adds it.
const InGraph = "graph"

// Observe feeds what a batch shows. A missing cell, like padding, is exactly 0,
// whatever is stored there.
func (b *Batch) Observe() engine.Feed {
	feed := engine.Feed{}
	size := b.Size()
	valid := make([]float32, size*b.N)
	speaker := make([]float32, size*b.N)
	present := make([][]erc.Present, size)
	for i := range b.Conversations {
		c := &b.Conversations[i]
		present[i] = c.Present
		for u := range c.Len() {
			valid[i*b.N+u] = 1
			speaker[i*b.N+u] = float32(c.Speakers[u])
		}
	}
	feed[InValid] = tensors.FromFlatDataAndDimensions(valid, size, b.N)
	feed[InSpeaker] = tensors.FromFlatDataAndDimensions(speaker, size, b.N)
	feed[InPresent] = b.presence(present)
	for _, m := range erc.Modalities {
		feed[m.String()] = b.pack(m, func(i int) ([][]float32, []erc.Present) {
			c := &b.Conversations[i]
			return c.Features[m], c.Present
		})
	}
	return feed
}

// Reveal adds the truth to a feed.
func (b *Batch) Reveal(feed engine.Feed, truth []Truth) {
	size := b.Size()
	label := make([]float32, size*b.N)
	class := make([]int32, size*b.N)
	labelled := make([]float32, size*b.N)
	has := make([][]erc.Present, size)
	for i := range truth {
		has[i] = truth[i].Present
		for u := range truth[i].Present {
			at := i*b.N + u
			if y := truth[i].Labels[u]; !math.IsNaN(float64(y)) {
				label[at], labelled[at] = y, 1
			}
			if c := truth[i].Classes[u]; c != erc.Unlabelled {
				class[at], labelled[at] = c, 1
			}
		}
	}
	feed[InLabel] = tensors.FromFlatDataAndDimensions(label, size, b.N)
	feed[InClass] = tensors.FromFlatDataAndDimensions(class, size, b.N)
	feed[InLabelled] = tensors.FromFlatDataAndDimensions(labelled, size, b.N)
	feed[InHas] = b.presence(has)
	for _, m := range erc.Modalities {
		feed[InComplete+m.String()] = b.pack(m, func(i int) ([][]float32, []erc.Present) {
			return truth[i].Features[m], truth[i].Present
		})
	}
}

// presence lays availability out as [M,B,N,1].
func (b *Batch) presence(rows [][]erc.Present) *tensors.Tensor {
	size := b.Size()
	out := make([]float32, erc.NumModalities*size*b.N)
	for _, m := range erc.Modalities {
		for i := range rows {
			for u, p := range rows[i] {
				if p.Has(m) {
					out[(int(m)*size+i)*b.N+u] = 1
				}
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, size, b.N, 1)
}

// pack lays one modality's features out as [B,N,D_m].
func (b *Batch) pack(m erc.Modality, rows func(i int) ([][]float32, []erc.Present)) *tensors.Tensor {
	width := b.Dims[m]
	out := make([]float32, b.Size()*b.N*width)
	for i := range b.Size() {
		features, present := rows(i)
		for u, p := range present {
			if p.Has(m) {
				copy(out[(i*b.N+u)*width:][:width], features[u])
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, b.Size(), b.N, width)
}
