package nats

import (
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
)

// This file is what the head writes down of its cells: who has them, and how they ended.

// claim gives a cell that the stream delivered to a worker to that worker. If another
// worker had it, that one is lost.
func (h *Head) claim(worker, id string) reply {
	h.mu.Lock()
	c := h.cells[id]
	if c == nil {
		h.mu.Unlock()
		return reply{Verdict: verdictRefused, Text: "the cell is not of this sweep"}
	}
	if c.ended || c.holder == ownName && worker != ownName { // this process lives: it will end the cell
		h.mu.Unlock()
		return reply{Verdict: verdictEnded}
	}
	if c.holder != "" && c.holder != worker && !c.adopted {
		c.lost++
		c.history = append(c.history, fmt.Sprintf("%s had it from %s and was not heard of again; the last line of its log: %s", c.holder, c.since.Format(time.TimeOnly), c.log))
		h.warn("%s was lost with %s (%d of %d)", c.holder, c.spec, c.lost, h.options.Tries)
	}
	c.holder, c.since, c.log, c.adopted = worker, time.Now(), "", false
	aside := c.lost >= h.options.Tries
	h.mu.Unlock()
	if !aside {
		return reply{Verdict: verdictRun}
	}
	c.storing.Lock()
	defer c.storing.Unlock()
	h.aside(c, "")
	h.finish(c, experiment.Ended{Cell: c.spec, Err: fault.Failure("see its file in the folder failed; the cell may need more memory than the machines have",
		"%s were lost with it", count.Of(c.lost, "worker"))})
	return reply{Verdict: verdictEnded}
}

// putBack takes a cell back from a worker.
func (h *Head) putBack(worker, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.cells[id]; c != nil && c.holder == worker {
		c.holder = ""
	}
}

// finish enters the end of a cell, unless it has ended, and takes it from the stream.
func (h *Head) finish(c *cell, e experiment.Ended) {
	if h.enter(c, e) && !e.Skipped {
		_ = h.stream.Purge(h.ctx, jetstream.WithPurgeSubject(h.cell(c.id))) // if not now, the next head does it
	}
}

// enter enters the end of a cell and reports whether it is the first one.
func (h *Head) enter(c *cell, e experiment.Ended) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.ended {
		return false
	}
	c.ended, c.holder = true, ""
	h.open--
	if e.Err != nil {
		h.failed = append(h.failed, c.spec.String()+": "+e.Err.Error())
	}
	if !e.Skipped && e.Elapsed > 0 {
		h.spent += e.Elapsed
		h.timed++
	}
	h.ended(e)
	if h.open == 0 && h.ask != nil {
		h.stop()
	}
	return true
}

// stop lets all that wait see that the sweep is over. The caller holds the lock.
func (h *Head) stop() {
	select {
	case <-h.over:
	default:
		close(h.over)
	}
	if h.open == 0 {
		_ = h.conn.nc.Publish(h.names.over(), nil) // Close repeats it
	}
}

// breakOff stops the head because results cannot be stored.
func (h *Head) breakOff(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken == nil {
		h.broken = err
	}
	h.stop()
}

// aside keeps what is known of a cell that failed.
func (h *Head) aside(c *cell, last string) {
	if h.options.Aside == nil {
		return
	}
	h.mu.Lock()
	lines := append(c.history[:len(c.history):len(c.history)], last)
	h.mu.Unlock()
	h.options.Aside(c.spec, strings.TrimSpace(strings.Join(lines, "\n"))+"\n")
}

// warn tells what happened to a worker.
func (h *Head) warn(format string, args ...any) {
	if h.options.Warn != nil {
		h.options.Warn(fmt.Sprintf(format, args...))
	}
}

// status returns how far the sweep is.
func (h *Head) status() *Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &Status{
		Total: len(h.order), Ended: len(h.order) - h.open, Failed: len(h.failed), Before: h.before, Started: h.started,
		Workers: h.heard(), Running: []Running{}, Failing: append([]string{}, h.failed...),
	}
	for _, c := range h.order {
		if c.holder != "" {
			s.Running = append(s.Running, Running{c.spec.String(), c.holder, time.Since(c.since).Seconds(), c.lost})
		}
	}
	if h.timed > 0 {
		s.Left = h.spent.Seconds() / float64(h.timed) * float64(h.open) / float64(max(1, len(s.Running)))
	}
	return s
}
