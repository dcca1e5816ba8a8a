package serve

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"gsdnet/erc"
)

// store keeps the conversations that go on.
type store struct {
	most    int
	keep    time.Duration
	mu      sync.Mutex
	byID    map[string]*ongoing
	stopped bool
}

// ongoing is a conversation that goes on.
type ongoing struct {
	id       string
	how      Computed
	dialogue int32
	expiry   *time.Timer
	turn     chan struct{} // holds one token: who has it may append

	// What follows belongs to the holder of the token.
	numbers    names
	speakers   []speaker
	utterances []erc.Utterance

	mu      sync.Mutex
	latest  Update
	changed chan struct{} // closed and replaced at every update
	ended   string        // why it ended; "" while it goes on
}

// Update is the state of a conversation after an utterance.
type Update struct {
	ID string `json:"id" doc:"The conversation."`
	Emotions
}

func newStore(l Limits) *store {
	return &store{most: l.MaxConversations, keep: seconds(l.Keep), byID: map[string]*ongoing{}}
}

// length returns how many conversations are kept.
func (s *store) length() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byID)
}

// begin adds a conversation without utterances.
func (s *store) begin(how Computed, dialogue int32) (*ongoing, error) {
	c := &ongoing{id: rand.Text(), how: how, dialogue: dialogue, turn: make(chan struct{}, 1), changed: make(chan struct{})}
	c.latest = Update{ID: c.id, Emotions: Emotions{Computed: how, Utterances: []Emotion{}}}
	c.turn <- struct{}{}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped:
		return nil, busy("the server is stopping")
	case len(s.byID) >= s.most:
		p := problem(http.StatusServiceUnavailable, "the server keeps as many conversations as it can", "end one with DELETE, or start the server with a larger --max-conversations")
		p.after = 60
		return nil, p
	}
	s.byID[c.id] = c
	c.expiry = time.AfterFunc(s.keep, func() { s.end(c.id, "it was not used for too long") })
	return c, nil
}

// get returns a conversation and keeps it for longer.
func (s *store) get(id string) (*ongoing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byID[id]
	if c == nil {
		return nil, refuse(http.StatusNotFound, "there is no such conversation", "it may have ended; begin one with POST /v1/conversations", "path.id", "is not the id of a conversation")
	}
	c.expiry.Reset(s.keep)
	return c, nil
}

// end ends a conversation, if it is there.
func (s *store) end(id, why string) {
	s.mu.Lock()
	c := s.byID[id]
	delete(s.byID, id)
	s.mu.Unlock()
	if c == nil {
		return
	}
	c.expiry.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = why
	c.announce()
}

// stop ends all conversations, and later ones are refused.
func (s *store) stop() {
	s.mu.Lock()
	s.stopped = true
	var ids []string
	for id := range s.byID {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		s.end(id, "the server is stopping")
	}
}

// announce wakes those who wait for an update. The mutex is held.
func (c *ongoing) announce() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// state returns the latest Update, why the conversation ended, and a channel that is
// closed at the next update.
func (c *ongoing) state() (latest Update, ended string, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest, c.ended, c.changed
}

// with returns the conversation with one more utterance. The caller holds the token.
func (c *ongoing) with(run *loaded, u *utterance) (*asked, names, error) {
	numbers := c.numbers.clone()
	made, err := u.checked(run, &numbers, "body")
	if err != nil {
		return nil, numbers, err
	}
	n := len(c.utterances)
	made.Row = n
	switch {
	case u.Turn.given:
		made.Turn = int(u.Turn.value)
	case n > 0:
		made.Turn = c.utterances[n-1].Turn + 1
	}
	if n > 0 && made.Turn <= c.utterances[n-1].Turn {
		return nil, numbers, invalid("body.turn", "does not come after the turn of the utterance before")
	}
	conv := erc.Conversation{ID: c.dialogue, Split: erc.Test, Utterances: append(c.utterances[:n:n], made)}
	return &asked{corpus: corpusOf(run, conv), speakers: append(c.speakers[:n:n], u.Speaker)}, numbers, nil
}

// accept keeps an utterance that has been answered, and announces the answer. The caller
// holds the token.
func (c *ongoing) accept(q *asked, numbers names, all []Emotion) Update {
	c.utterances, c.speakers, c.numbers = q.corpus.Conversations[0].Utterances, q.speakers, numbers
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest = Update{ID: c.id, Emotions: Emotions{Computed: c.how, Utterances: all}}
	c.announce()
	return c.latest
}
