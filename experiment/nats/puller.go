package nats

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
)

// puller takes cells from the stream and says that they are in progress while they are
// kept.
type puller struct {
	conn      *Conn
	consumer  jetstream.Consumer
	lostAfter time.Duration

	mu   sync.Mutex
	held map[string]*held // by the ID of the cell
}

// held is a message that was taken.
type held struct {
	msg  jetstream.Msg
	done chan struct{}
}

func newPuller(conn *Conn, c jetstream.Consumer, lostAfter time.Duration) *puller {
	return &puller{conn: conn, consumer: c, lostAfter: lostAfter, held: map[string]*held{}}
}

// fetchWait is how long one request for a message waits.
const fetchWait = 20 * time.Second

// next takes a message. It returns nil when over is closed, and an error when ctx ends. If
// the server does not answer, it goes on.
func (p *puller) next(ctx context.Context, over <-chan struct{}) (experiment.Spec, jetstream.Msg, error) {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-over:
			cancel()
		case <-waiting.Done():
		}
	}()
	for {
		m, err := p.fetch(waiting)
		select {
		case <-over:
			giveUp(m)
			return experiment.Spec{}, nil, nil
		default:
		}
		if ctx.Err() != nil {
			giveUp(m)
			return experiment.Spec{}, nil, ctx.Err()
		}
		if m == nil {
			if err != nil {
				_ = sleep(waiting, retryEvery)
			}
			continue
		}
		var s experiment.Spec
		if err := json.Unmarshal(m.Data(), &s); err != nil { // no head writes such a message
			_ = m.Term()
			continue
		}
		return s, m, nil
	}
}

// giveUp lets another worker have a message.
func giveUp(m jetstream.Msg) {
	if m != nil {
		_ = m.Nak()
	}
}

// fetch makes one request for a message.
func (p *puller) fetch(ctx context.Context) (jetstream.Msg, error) {
	ctx, cancel := p.conn.steady(ctx, fetchWait)
	defer cancel()
	batch, err := p.consumer.Fetch(1, jetstream.FetchContext(ctx))
	if err != nil {
		return nil, err
	}
	var got jetstream.Msg
	for m := range batch.Messages() {
		got = m
	}
	if got != nil {
		return got, nil
	}
	if err := batch.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return nil, nil
}

// keep keeps a message and says that it is in progress. If the cell is kept already, as the
// message was given to this process a second time, it keeps the new message and returns
// false.
func (p *puller) keep(id string, m jetstream.Msg) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.held[id]; h != nil {
		h.msg = m
		return false
	}
	h := &held{msg: m, done: make(chan struct{})}
	p.held[id] = h
	go func() {
		beat := time.NewTicker(p.lostAfter / 4)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				p.mu.Lock()
				m := h.msg
				p.mu.Unlock()
				_ = m.InProgress()
			case <-h.done:
				return
			}
		}
	}()
	return true
}

// release stops to keep a cell and answers its message, by Ack or Nak. A cell that is not
// kept is left alone.
func (p *puller) release(id string, answer func(jetstream.Msg) error) {
	p.mu.Lock()
	h := p.held[id]
	delete(p.held, id)
	p.mu.Unlock()
	if h == nil {
		return
	}
	close(h.done)
	_ = answer(h.msg) // if it does not arrive, the message is given out again and the head says that the cell has ended
}

// ids lists the cells that are kept.
func (p *puller) ids() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for id := range p.held {
		out = append(out, id)
	}
	return out
}

// isMissing reports whether an error says that there is no such stream or bucket.
func isMissing(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound)
}
