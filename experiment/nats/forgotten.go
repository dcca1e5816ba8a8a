package nats

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// missedLooks is how often in a row a cell must be found forgotten before it is queued again.
const missedLooks = 3

// watch queues cells again that the server has forgotten. A server that was killed may
// remember that it gave a cell to a worker, and not which one: it never gives that cell out
// again, although no worker has it.
func (h *Head) watch(ctx context.Context) {
	for sleep(ctx, h.options.LostAfter) == nil {
		queue, err := h.stream.Consumer(ctx, consumer)
		if err != nil {
			continue
		}
		for _, c := range h.forgotten(queue.CachedInfo().NumPending > 0) {
			h.queueAgain(ctx, c)
		}
	}
}

// forgotten returns the cells that have not ended and that no worker had at the last looks,
// this one included. While the queue has cells that were never given out, as waiting says,
// none counts as forgotten.
func (h *Head) forgotten(waiting bool) (out []*cell) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.order {
		if c.ended || waiting || h.lives(c.holder) {
			c.missed = 0
		} else if c.missed++; c.missed >= missedLooks {
			out = append(out, c)
			c.missed = 0
		}
	}
	return out
}

// lives reports whether the holder of a cell is this process or was heard of lately. The
// caller holds the lock.
func (h *Head) lives(holder string) bool {
	return holder == ownName || holder != "" && time.Since(h.workers[holder]) < max(h.options.LostAfter, 2*aliveEvery)
}

// queueAgain takes a cell from the stream, in case it is there, and puts it back as a new one.
func (h *Head) queueAgain(ctx context.Context, c *cell) {
	text, err := json.Marshal(c.spec)
	if err != nil || h.stream.Purge(ctx, jetstream.WithPurgeSubject(h.cell(c.id))) != nil {
		return // at the next look
	}
	h.mu.Lock()
	taken := c.ended || h.lives(c.holder) // since this look
	h.mu.Unlock()
	if !taken {
		_, _ = h.conn.js.Publish(ctx, h.cell(c.id), text) // if it fails, again at a later look
	}
}
