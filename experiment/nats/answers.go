package nats

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
)

// hear answers a request in a goroutine of its own, as storing results takes a while.
func (h *Head) hear(m *client.Msg) {
	kind := m.Subject[strings.LastIndex(m.Subject, ".")+1:]
	h.serving.Go(func() {
		var r request
		if err := json.Unmarshal(m.Data, &r); err != nil {
			return // nobody who belongs here
		}
		text, err := json.Marshal(h.answer(kind, &r))
		if err == nil && m.Reply != "" {
			_ = m.Respond(text)
		}
	})
}

// answer decides on a request.
func (h *Head) answer(kind string, r *request) reply {
	if kind == askStatus {
		return reply{Verdict: verdictFine, Status: h.status()}
	}
	if refused := h.refuse(kind, r); refused != nil {
		return *refused
	}
	h.mu.Lock()
	h.workers[r.Worker] = time.Now()
	if kind == askBye {
		delete(h.workers, r.Worker)
	}
	h.mu.Unlock()
	out := reply{Verdict: verdictFine}
	switch kind {
	case askHello:
		out.LostAfter, out.Files = h.options.LostAfter, h.options.Files
	case askClaim:
		out = h.claim(r.Worker, r.Cell)
	case askPutBack:
		if h.cells[r.Cell] == nil {
			return reply{Verdict: verdictRefused, Text: "the cell is not of this sweep"}
		}
		h.putBack(r.Worker, r.Cell)
	case askEnd:
		out = h.take(r)
	case tellAlive:
		h.mu.Lock()
		for id, line := range r.Logs {
			c := h.cells[id]
			if c != nil && !c.ended && c.since.IsZero() {
				c.holder, c.since, c.adopted = r.Worker, time.Now(), true
			}
			if c != nil && c.holder == r.Worker {
				c.log = line
			}
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	out.Sweep, out.Over = h.id, h.open == 0
	return out
}

// refuse returns the answer to a worker that does not belong here, otherwise nil.
func (h *Head) refuse(kind string, r *request) *reply {
	h.mu.Lock()
	why := h.barred[r.Worker]
	h.mu.Unlock()
	switch {
	case r.Program != h.options.Program:
		h.warn("%s was refused: it has version %s", r.Worker, r.Program)
		return &reply{
			Verdict: verdictRefused, Hint: "run the same program on every machine",
			Text: fmt.Sprintf("the sweep is run by version %s, and this worker has version %s", h.options.Program, r.Program),
		}
	case kind != askHello && r.Sweep != h.id:
		return &reply{Verdict: verdictRefused, Text: "the server has another sweep now", Hint: "start the worker again"}
	case why != "":
		return &reply{Verdict: verdictRefused, Text: why, Hint: "check the worker's disk and memory"}
	}
	return nil
}

// take stores the results of a cell, or enters its error.
func (h *Head) take(r *request) reply {
	h.mu.Lock()
	c := h.cells[r.Cell]
	h.mu.Unlock()
	if c == nil {
		return reply{Verdict: verdictRefused, Text: "the cell is not of this sweep"}
	}
	c.storing.Lock()
	defer c.storing.Unlock()
	if r.Object != "" {
		defer func() { _ = h.results.Delete(h.ctx, r.Object) }()
	}
	h.mu.Lock()
	known := c.ended
	h.mu.Unlock()
	if known {
		return reply{Verdict: verdictStored}
	}
	e := experiment.Ended{Cell: c.spec, Elapsed: time.Duration(r.Seconds * float64(time.Second))}
	if r.Error != "" {
		h.aside(c, fmt.Sprintf("on %s: %s\n%s", r.Worker, r.Error, r.Log))
		e.Err = fault.Failure(r.Hint, "%s", r.Error)
	} else {
		var failed *reply
		if e.Record, failed = h.store(c, r); failed != nil {
			return *failed
		}
	}
	h.finish(c, e)
	if h.options.Remote != nil {
		h.options.Remote()
	}
	return reply{Verdict: verdictStored}
}

// store stores the object with the results of a cell.
func (h *Head) store(c *cell, r *request) (*experiment.Record, *reply) {
	object, err := h.results.Get(h.ctx, r.Object)
	if err != nil {
		return nil, &reply{Verdict: verdictDamaged, Text: "the results did not arrive"}
	}
	defer object.Close()
	record, err := h.options.Store(c.spec, &hashed{r: object, sum: sha256.New(), want: r.Hash})
	switch {
	case err == nil:
		return record, nil
	case errors.Is(err, jetstream.ErrDigestMismatch):
		h.warn("the results of %s from %s were damaged on their way; they are sent again", c.spec, r.Worker)
		return nil, &reply{Verdict: verdictDamaged, Text: "the results were damaged on their way"}
	case errors.Is(err, errHash), fault.IsInput(err):
		why := fmt.Sprintf("the results of %s are refused: %s", c.spec, err)
		h.mu.Lock()
		h.barred[r.Worker] = why
		if c.holder == r.Worker {
			c.holder = ""
		}
		h.mu.Unlock()
		h.warn("%s is barred: %s", r.Worker, why)
		return nil, &reply{Verdict: verdictRefused, Text: why, Hint: "check the worker's disk and memory"}
	}
	h.breakOff(fmt.Errorf("the results of %s: %w", c.spec, err))
	return nil, &reply{Verdict: verdictAgain, Text: err.Error()}
}

// errHash is the error of results that do not have the hash that their worker told.
var errHash = errors.New("their SHA-256 is not the one that the worker gave")

// hashed reads content that must have a SHA-256.
type hashed struct {
	r    io.Reader
	sum  hash.Hash
	want string
}

// Read reads on. At the end it returns errHash instead of io.EOF if the hash is another one.
func (r *hashed) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(r.sum.Sum(nil)) != r.want {
		return n, errHash
	}
	return n, err
}
