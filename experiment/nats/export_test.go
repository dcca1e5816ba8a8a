package nats

import (
	"context"
	"io"

	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
)

// Lie makes a worker send other results than those whose hash it gives.
func Lie(r *Remote) {
	r.results = liar{r.results}
}

type liar struct{ jetstream.ObjectStore }

func (l liar) Put(ctx context.Context, o jetstream.ObjectMeta, content io.Reader) (*jetstream.ObjectInfo, error) {
	_, _ = io.Copy(io.Discard, content)
	return l.PutString(ctx, o.Name, `{"run": "made up"}`)
}

// DamageOnce makes the first object that the head reads a damaged one.
func DamageOnce(h *Head) {
	store, done := h.options.Store, false
	h.options.Store = func(s experiment.Spec, r io.Reader) (*experiment.Record, error) {
		if !done {
			done = true
			return nil, jetstream.ErrDigestMismatch
		}
		return store(s, r)
	}
}

// Forget makes the server forget the cells that the next delivery would give out: they are in
// nobody's hands and are not given out again.
func Forget(ctx context.Context, h *Head, cells int) error {
	for range cells {
		m, err := h.pull.fetch(ctx)
		if err != nil {
			return err
		}
		if err := m.DoubleAck(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Vanish makes a worker stop as if it was killed.
func Vanish(r *Remote) {
	r.stop()
	r.conn.Close()
}
