package infer

import (
	"reflect"
	"testing"

	"gsdnet/erc"
	"gsdnet/model"
)

// numbered returns a conversation whose text feature is the index of the utterance.
func numbered(n int) Observed {
	c := Observed{Conversation: model.Conversation{Key: 7, Present: make([]erc.Present, n), Speakers: make([]erc.Speaker, n)}}
	for m := range c.Features {
		c.Features[m] = make([][]float32, n)
	}
	for u := range n {
		c.Present[u] = erc.All
		c.Features[erc.Text][u] = []float32{float32(u)}
	}
	return c
}

func TestWindowsCoverLongConversations(t *testing.T) {
	for _, n := range []int{MaxLength + 1, 600, 896, 897, 1000, 5000} {
		next := 0
		for i, w := range windowsOf(n) {
			to := w.start + MaxLength
			if w.start < 0 || to > n {
				t.Fatalf("%d utterances: window %d spans %d to %d", n, i, w.start, to)
			}
			if w.keepStart != next || w.keepEnd <= w.keepStart {
				t.Errorf("%d utterances: window %d keeps %d to %d, want from %d", n, i, w.keepStart, w.keepEnd, next)
			}
			if before := w.keepStart - w.start; w.start > 0 && before < windowContext {
				t.Errorf("%d utterances: window %d has %d utterances before what it keeps, want %d", n, i, before, windowContext)
			}
			if after := to - w.keepEnd; to < n && after < windowContext {
				t.Errorf("%d utterances: window %d has %d utterances after what it keeps, want %d", n, i, after, windowContext)
			}
			next = w.keepEnd
		}
		if next != n {
			t.Errorf("%d utterances: %d are kept", n, next)
		}
	}
}

// The draws of windows are joined in the order of the utterances, whatever the order in
// which they arrive.
func TestJoinOrdersWindows(t *testing.T) {
	convs := []Observed{numbered(3), numbered(1300), numbered(MaxLength)}
	got := map[int]Draw{}
	plan := planWindows(convs)
	pieces, collect := plan.pieces, plan.join(func(i int, c Draw) { got[i] = c })
	for i := len(pieces) - 1; i >= 0; i-- {
		var c Draw
		for _, row := range pieces[i].Features[erc.Text] {
			c.Location = append(c.Location, float64(row[0]))
		}
		c.Sampled[erc.Audio] = pieces[i].Features[erc.Text]
		c.Estimate[erc.Visual] = pieces[i].Features[erc.Text]
		collect(i, c)
	}
	for i := range convs {
		want := convs[i].Features[erc.Text]
		if !reflect.DeepEqual(got[i].Sampled[erc.Audio], want) || !reflect.DeepEqual(got[i].Estimate[erc.Visual], want) {
			t.Errorf("conversation %d: recovered features are not in the order of the utterances", i)
		}
		for u := range want {
			if got[i].Location[u] != float64(u) {
				t.Fatalf("conversation %d: location of utterance %d comes from utterance %g", i, u, got[i].Location[u])
			}
		}
		if len(got[i].Location) != len(want) || got[i].Logits != nil {
			t.Errorf("conversation %d: %d locations and logits %v, want %d and none", i, len(got[i].Location), got[i].Logits, len(want))
		}
	}
}

// Conversations of at most MaxLength utterances are not divided.
func TestShortConversationsAreOnePiece(t *testing.T) {
	convs := []Observed{numbered(1), numbered(MaxLength)}
	pieces := planWindows(convs).pieces
	if !reflect.DeepEqual(pieces, convs) {
		t.Errorf("got %d pieces, want the conversations themselves", len(pieces))
	}
	samples := []Sample{{Truth: model.Truth{Present: make([]erc.Present, MaxLength)}}}
	if got := Pieces(samples); !reflect.DeepEqual(got, samples) {
		t.Errorf("Pieces changed a sample of %d utterances", MaxLength)
	}
}
