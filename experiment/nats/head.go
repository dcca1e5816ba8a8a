package nats

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
)

// HeadOptions says how a head works. LostAfter and Tries are above 0.
type HeadOptions struct {
	Name      string        // of the sweep on the server, such as DefaultName
	Program   string        // version of the program; workers of another one are refused
	LostAfter time.Duration // without a sign of life, after which a worker is lost
	Tries     int           // workers that may be lost with a cell before it is set aside
	Files     []File        // of the data sets; From is read, Hash is filled in
	// Finished returns the record of a cell that has its results already, otherwise nil; may
	// be nil.
	Finished func(experiment.Spec) *experiment.Record
	// Store keeps the results of a cell, which another process ran and packed. It reads r to
	// its end before it keeps anything, as r returns an error at the end if the content does
	// not have its hash. An Input error says that the results are wrong, any other that they
	// cannot be stored here.
	Store func(s experiment.Spec, r io.Reader) (*experiment.Record, error)
	// Aside keeps what is known of a cell that failed, a text of several lines; may be nil.
	Aside func(s experiment.Spec, log string)
	// Remote hears of every cell that another process ended; may be nil.
	Remote func()
	// Warn hears of workers that are lost or refused, in one line each; may be nil.
	Warn func(text string)
}

// Head is the experiment.Queue of the process that has the folder of the results.
type Head struct {
	names
	options HeadOptions
	conn    *Conn
	id      string // of the sweep
	ended   func(experiment.Ended)
	stream  jetstream.Stream
	results jetstream.ObjectStore
	pull    *puller
	serving sync.WaitGroup
	ask     *client.Subscription
	ctx     context.Context // ends with Close

	mu      sync.Mutex
	cells   map[string]*cell // by ID
	order   []*cell
	open    int // cells that have not ended
	before  int
	failed  []string
	spent   time.Duration // on the cells that ended here
	timed   int           // number of cells in spent
	workers map[string]time.Time
	barred  map[string]string // workers whose results were wrong, and why
	started time.Time
	broken  error         // that the results cannot be stored
	over    chan struct{} // closed when every cell has ended, or broken is set
	closed  func()
	unwatch func() // ends watch
}

// cell is what the head knows of a cell.
type cell struct {
	spec    experiment.Spec
	id      string
	storing sync.Mutex

	ended   bool
	holder  string // the worker that has it; "" if none has
	since   time.Time
	lost    int // workers that were lost with it
	history []string
	log     string // the last line that its worker told
	missed  int    // looks in a row at which no worker had it
	adopted bool   // the holder said that it has it: another head gave it
}

// ownName is the name of the head as a worker.
const ownName = "head"

// NewHead opens the queue of the cells and fills it with those that are not finished. Equal
// cells are queued once. The function ended is called for every cell that ends, one at a
// time. If another head uses the name on the server, NewHead returns an error. Close the
// head after use.
func NewHead(ctx context.Context, conn *Conn, cells []experiment.Spec, o HeadOptions, ended func(experiment.Ended)) (*Head, error) {
	names, err := newNames(o.Name)
	if err != nil {
		return nil, err
	}
	h := &Head{
		names: names, options: o, conn: conn, ended: ended, cells: map[string]*cell{}, workers: map[string]time.Time{},
		barred: map[string]string{}, started: time.Now(), over: make(chan struct{}),
	}
	h.ctx, h.closed = context.WithCancel(context.WithoutCancel(ctx))
	sum := sha256.New()
	for _, s := range cells {
		id := s.ID()
		if h.cells[id] == nil {
			h.cells[id] = &cell{spec: s, id: id}
			h.order = append(h.order, h.cells[id])
			_, _ = io.WriteString(sum, id+"\n")
		}
	}
	h.id, h.open = hex.EncodeToString(sum.Sum(nil)), len(h.order)
	if err := h.prepare(ctx); err != nil {
		h.closed()
		return nil, err
	}
	return h, nil
}

// prepare makes what the sweep needs on the server and begins to answer workers.
func (h *Head) prepare(ctx context.Context) error {
	if err := h.alone(ctx); err != nil {
		return err
	}
	if err := h.makeStream(ctx); err != nil {
		return err
	}
	if err := h.offer(ctx); err != nil {
		return err
	}
	for _, c := range h.order {
		if h.options.Finished == nil {
			break
		}
		if r := h.options.Finished(c.spec); r != nil {
			h.before++
			h.finish(c, experiment.Ended{Cell: c.spec, Skipped: true, Record: r})
		}
	}
	if err := h.fill(ctx); err != nil {
		return err
	}
	var err error
	if h.ask, err = h.conn.nc.Subscribe(h.head("*"), h.hear); err != nil {
		return failure("answering workers", err)
	}
	if h.open == 0 {
		h.mu.Lock()
		h.stop()
		h.mu.Unlock()
	}
	watching, stop := context.WithCancel(h.ctx)
	h.unwatch = stop
	h.serving.Go(func() { h.watch(watching) })
	return nil
}

// alone returns an error if another head answers to the name of the sweep.
func (h *Head) alone(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestWait)
	defer cancel()
	if _, err := h.conn.nc.RequestWithContext(ctx, h.head(askStatus), []byte("{}")); err == nil {
		return fault.Input("wait until it ends, or give this one another --name", "%s: another sweep with the name %q is at work", shown(h.conn.address), h.sweep)
	}
	return nil
}

// makeStream makes the stream of cells and its consumer. A stream of another sweep that
// nobody works on is replaced.
func (h *Head) makeStream(ctx context.Context) error {
	js := h.conn.js
	if old, err := js.Stream(ctx, h.names.stream()); err == nil && old.CachedInfo().Config.Metadata["sweep"] != h.id {
		if err := h.remove(ctx); err != nil {
			return err
		}
	}
	var err error
	h.stream, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: h.names.stream(), Subjects: []string{h.cell("*")}, Metadata: map[string]string{"sweep": h.id},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, // a cell is in it once
	})
	if err != nil {
		return failure("making the queue of cells", err)
	}
	pull, err := h.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: h.options.LostAfter, MaxDeliver: -1, MaxAckPending: -1,
	})
	if err != nil {
		return failure("making the queue of cells", err)
	}
	h.pull = newPuller(h.conn, pull, h.options.LostAfter)
	if h.results, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: h.names.results()}); err != nil {
		return failure("making the store of results", err)
	}
	return nil
}

// fill queues the cells that have not ended and are not in the stream.
func (h *Head) fill(ctx context.Context) error {
	info, err := h.stream.Info(ctx, jetstream.WithSubjectFilter(h.cell("*")))
	if err != nil {
		return failure("reading the queue of cells", err)
	}
	for _, c := range h.order {
		subject := h.cell(c.id)
		_, queued := info.State.Subjects[subject]
		if queued && c.ended {
			_ = h.stream.Purge(ctx, jetstream.WithPurgeSubject(subject))
		}
		if queued || c.ended {
			continue
		}
		text, err := json.Marshal(c.spec)
		if err != nil {
			return err
		}
		done, err := h.conn.js.Publish(ctx, subject, text, jetstream.WithMsgID(c.id))
		if err == nil && done.Duplicate { // it was in the stream a moment ago, and ended
			_, err = h.conn.js.Publish(ctx, subject, text)
		}
		if err != nil {
			return failure("queuing the cells", err)
		}
	}
	return nil
}

// Claim implements experiment.Queue.
func (h *Head) Claim(ctx context.Context) (experiment.Spec, bool, error) {
	for {
		s, m, err := h.pull.next(ctx, h.over)
		if err != nil {
			return experiment.Spec{}, false, err
		}
		if m == nil {
			h.mu.Lock()
			defer h.mu.Unlock()
			return experiment.Spec{}, false, h.broken
		}
		id := s.ID()
		if !h.pull.keep(id, m) {
			continue // this process runs it already
		}
		if h.claim(ownName, id).Verdict == verdictRun {
			return s, true, nil
		}
		h.pull.release(id, jetstream.Msg.Ack)
	}
}

// End implements experiment.Queue.
func (h *Head) End(e experiment.Ended) error {
	id := e.Cell.ID()
	c := h.cells[id]
	if c == nil {
		return fmt.Errorf("experiment: the cell %s is not of this queue", e.Cell)
	}
	c.storing.Lock()
	defer c.storing.Unlock()
	if e.Err != nil {
		h.aside(c, "on "+ownName+": "+e.Err.Error())
	}
	h.finish(c, e)
	h.pull.release(id, jetstream.Msg.Ack)
	return nil
}

// PutBack implements experiment.Queue.
func (h *Head) PutBack(s experiment.Spec) error {
	id := s.ID()
	if h.cells[id] == nil {
		return fmt.Errorf("experiment: the cell %s is not of this queue", s)
	}
	h.putBack(ownName, id)
	h.pull.release(id, jetstream.Msg.Nak)
	return nil
}

// Wait waits until every cell has ended. It returns an error if the results cannot be
// stored, or that of ctx.
func (h *Head) Wait(ctx context.Context) error {
	select {
	case <-h.over:
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.broken
	case <-ctx.Done():
		return ctx.Err()
	}
}

// byeWait is how long Close waits for workers to hear that the sweep is over.
const byeWait = 5 * time.Second

// Close ends the head. If every cell has ended, it tells the workers and removes everything
// from the server. Otherwise the queue stays there for the next head.
func (h *Head) Close() error {
	defer h.closed()
	h.unwatch()
	h.mu.Lock()
	over := h.open == 0
	h.mu.Unlock()
	var err error
	if over {
		for until := time.Now().Add(byeWait); h.listeners() > 0 && time.Now().Before(until); {
			_ = h.conn.nc.Publish(h.names.over(), nil)
			time.Sleep(retryEvery / 6)
		}
		ctx, cancel := context.WithTimeout(h.ctx, requestWait)
		defer cancel()
		err = h.remove(ctx)
	}
	_ = h.ask.Unsubscribe()
	h.serving.Wait()
	return err
}

// listeners returns the number of workers that do not know yet that the sweep is over.
func (h *Head) listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard()
}

// heard returns the number of workers that were heard of lately.
func (h *Head) heard() int {
	n := 0
	for _, at := range h.workers {
		if time.Since(at) < h.options.LostAfter {
			n++
		}
	}
	return n
}

// remove removes the stream and the buckets of the sweep from the server.
func (h *Head) remove(ctx context.Context) error {
	js := h.conn.js
	for _, err := range []error{js.DeleteStream(ctx, h.names.stream()), js.DeleteObjectStore(ctx, h.names.results()), js.DeleteObjectStore(ctx, h.names.data())} {
		if err != nil && !isMissing(err) {
			return failure("removing the sweep from the server", err)
		}
	}
	return nil
}
