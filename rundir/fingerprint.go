package rundir

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/count"
)

// Fingerprint identifies the corpus that a run was trained on. It is enough to describe how
// another corpus differs, to find training conversations in another split, and to fit the
// predictors that use the training labels only.
type Fingerprint struct {
	// Conversations holds a hash of the features of every conversation, by split. It does
	// not depend on the numbers and names of conversations.
	Conversations [len(erc.Splits)][]string `json:"conversations"`
	// Labels is the SHA-256 of the labels of all conversations.
	Labels string `json:"labels_sha256"`
	// LabelValues holds the distinct labels of the training split, scores or classes, in
	// increasing order. LabelCounts holds how often each occurs.
	LabelValues []float32 `json:"label_values"`
	LabelCounts []int     `json:"label_counts"`
}

// NewFingerprint returns the fingerprint of a corpus.
func NewFingerprint(c *erc.Corpus) *Fingerprint {
	s := &Fingerprint{}
	counts := map[float32]int{}
	var labels []string
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		name := hashConversation(conv)
		s.Conversations[conv.Split] = append(s.Conversations[conv.Split], name)
		line := name
		for j := range conv.Utterances {
			label := labelOf(c.Task, &conv.Utterances[j])
			line += fmt.Sprintf(" %g", label)
			if known := label == label && !(c.Task == erc.Classes && label < 0); known && conv.Split == erc.Train {
				counts[label]++
			}
		}
		labels = append(labels, line)
	}
	slices.Sort(labels) // the hash does not depend on the order of the conversations
	sum := sha256.Sum256([]byte(strings.Join(labels, "\n")))
	s.Labels = hex.EncodeToString(sum[:])
	s.LabelValues = slices.Sorted(maps.Keys(counts))
	for _, value := range s.LabelValues {
		s.LabelCounts = append(s.LabelCounts, counts[value])
	}
	return s
}

// labelOf returns the label of an utterance: a score or the number of a class. It is NaN for
// a corpus without labels.
func labelOf(task erc.Task, u *erc.Utterance) float32 {
	switch task {
	case erc.Scores:
		return u.Label
	case erc.Classes:
		return float32(u.Class)
	}
	return float32(math.NaN())
}

// hashConversation returns a hash of the features of a conversation, 16 hexadecimal digits.
func hashConversation(conv *erc.Conversation) string {
	sum := sha256.New()
	for i := range conv.Utterances {
		u := &conv.Utterances[i]
		sum.Write([]byte{byte(u.Present)})
		for _, m := range erc.Modalities {
			if u.Present.Has(m) {
				hashFloats(sum, u.Features[m])
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// hashFloats adds values to a hash.
func hashFloats(sum hash.Hash, values []float32) {
	data := make([]byte, 0, 4*len(values))
	for _, x := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	sum.Write(data)
}

// TrainingLabels returns the labels of the training split, scores or classes, in increasing
// order. Unlabelled utterances have no entry.
func (s *Fingerprint) TrainingLabels() []float64 {
	var out []float64
	for i, value := range s.LabelValues {
		out = append(out, slices.Repeat([]float64{float64(value)}, s.LabelCounts[i])...)
	}
	return out
}

// Difference describes in words how a corpus differs from that of the fingerprint. It
// returns "" if conversations, splits and labels are the same.
func (s *Fingerprint) Difference(c *erc.Corpus) string {
	now := NewFingerprint(c)
	oldSplits, newSplits := s.splits(), now.splits()
	moved := map[string]int{}
	var kept, added, gone int
	for name, before := range oldSplits {
		for _, split := range before {
			n := len(newSplits[name])
			if n == 0 {
				gone++
				continue
			}
			kept++
			if to := newSplits[name][0]; !slices.Contains(newSplits[name], split) {
				moved[fmt.Sprintf("moved from %s to %s", split, to)]++
			}
		}
	}
	for name, after := range newSplits {
		if len(oldSplits[name]) == 0 {
			added += len(after)
		}
	}
	if kept == 0 {
		return fmt.Sprintf("none of its %s is among the run's %s", count.Of(added, "conversation"), count.Of(gone, "conversation"))
	}
	var parts []string
	for _, how := range slices.Sorted(maps.Keys(moved)) {
		parts = append(parts, count.Of(moved[how], "conversation")+" "+how)
	}
	for _, other := range []struct {
		n   int
		how string
	}{{added, "new or with other features"}, {gone, "of the run not in it"}} {
		if other.n > 0 {
			parts = append(parts, count.Of(other.n, "conversation")+" "+other.how)
		}
	}
	if added == 0 && gone == 0 && s.Labels != now.Labels {
		parts = append(parts, "other labels")
	}
	return strings.Join(parts, ", ")
}

// splits returns the splits of the conversations with each hash.
func (s *Fingerprint) splits() map[string][]erc.Split {
	out := map[string][]erc.Split{}
	for _, split := range erc.Splits {
		for _, name := range s.Conversations[split] {
			out[name] = append(out[name], split)
		}
	}
	return out
}

// CountTrainedOn returns how many of the conversations are training conversations of the
// run. It returns 0 if s is nil.
func (s *Fingerprint) CountTrainedOn(convs []erc.Conversation) int {
	if s == nil {
		return 0
	}
	n := 0
	for i := range convs {
		if slices.Contains(s.Conversations[erc.Train], hashConversation(&convs[i])) {
			n++
		}
	}
	return n
}
