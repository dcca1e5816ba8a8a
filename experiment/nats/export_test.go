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

// Vanish makes a worker stop as if it was killed.
func Vanish(r *Remote) {
	r.stop()
	r.conn.Close()
}
