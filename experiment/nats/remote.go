package nats

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
)

// RemoteOptions says how a worker on another machine works.
type RemoteOptions struct {
	Name    string // of the sweep on the server
	Program string // version of the program
	// Patience is how long the worker waits for a head that does not answer, as it may be
	// started again.
	Patience time.Duration
	// Pack writes the results of a cell that was run.
	Pack func(s experiment.Spec, r *experiment.Record, w io.Writer) error
	// Log returns the end of the log of a cell; may be nil.
	Log func(s experiment.Spec) string
	// Stored hears of every cell that ended and whose end the head knows, from any
	// goroutine; may be nil.
	Stored func(e experiment.Ended)
	// Warn hears that the head does not answer; may be nil.
	Warn func(text string)
}

// Remote is the experiment.Queue of a worker in another process than the head.
type Remote struct {
	names
	options RemoteOptions
	conn    *Conn
	worker  string // its name
	id      string // of the sweep
	files   []File
	data    jetstream.ObjectStore
	results jetstream.ObjectStore
	pull    *puller
	overs   *client.Subscription
	over    chan struct{}
	once    sync.Once
	stop    context.CancelFunc

	mu    sync.Mutex
	specs map[string]experiment.Spec // of the cells that are kept
	heard time.Time                  // when the head last answered
	quiet bool                       // Warn was told that it does not
}

// Join joins the sweep that a head runs. It returns an Input error if the head refuses this
// version of the program. Close the Remote after use.
func Join(ctx context.Context, conn *Conn, o RemoteOptions) (*Remote, error) {
	names, err := newNames(o.Name)
	if err != nil {
		return nil, err
	}
	r := &Remote{
		names: names, options: o, conn: conn, worker: workerName(), over: make(chan struct{}),
		specs: map[string]experiment.Spec{}, heard: time.Now(),
	}
	answer, err := r.request(ctx, askHello, request{})
	if err != nil {
		return nil, err
	}
	r.id, r.files = answer.Sweep, answer.Files
	if r.overs, err = conn.nc.Subscribe(r.names.over(), func(*client.Msg) { r.end() }); err != nil {
		return nil, failure("joining the sweep", err)
	}
	pull, err := conn.js.Consumer(ctx, r.stream(), consumer)
	if err == nil {
		r.results, err = conn.js.ObjectStore(ctx, r.names.results())
	}
	if err == nil && len(r.files) > 0 {
		r.data, err = conn.js.ObjectStore(ctx, r.names.data())
	}
	if err != nil {
		return nil, failure("joining the sweep", err)
	}
	r.pull = newPuller(conn, pull, answer.LostAfter)
	alive, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go r.beat(alive)
	return r, nil
}

// workerName is the name of this worker: the machine, the process, and a random number as
// processes of containers have the same number.
func workerName() string {
	host, _ := os.Hostname()
	random := make([]byte, 3)
	_, _ = rand.Read(random) // never fails
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), hex.EncodeToString(random))
}

// Sweep returns the identity of the sweep.
func (r *Remote) Sweep() string { return r.id }

// end lets all that wait see that the sweep is over, and tells the head that they do.
func (r *Remote) end() {
	r.once.Do(func() {
		close(r.over)
		text, err := json.Marshal(r.fill(request{}))
		if err == nil {
			_ = r.conn.nc.Publish(r.head(askBye), text)
		}
	})
}

// Close leaves the sweep.
func (r *Remote) Close() {
	r.stop()
	_ = r.overs.Unsubscribe()
	r.once.Do(func() {})
	if text, err := json.Marshal(r.fill(request{})); err == nil {
		_ = r.conn.nc.Publish(r.head(askBye), text)
		_ = r.conn.nc.FlushTimeout(retryEvery)
	}
}

// aliveEvery is how often a worker says that it is there.
const aliveEvery = 2 * time.Second

// beat says again and again that the worker is there, and what its logs say.
func (r *Remote) beat(ctx context.Context) {
	for sleep(ctx, aliveEvery) == nil {
		ask := r.fill(request{Logs: map[string]string{}})
		for _, id := range r.pull.ids() {
			r.mu.Lock()
			s, known := r.specs[id]
			r.mu.Unlock()
			if known {
				ask.Logs[id] = lastLine(r.log(s))
			}
		}
		select {
		case <-r.over:
			return
		default:
		}
		if text, err := json.Marshal(ask); err == nil {
			_ = r.conn.nc.Publish(r.head(tellAlive), text)
		}
	}
}

func (r *Remote) log(s experiment.Spec) string {
	if r.options.Log == nil {
		return ""
	}
	return r.options.Log(s)
}

// fill enters who asks.
func (r *Remote) fill(ask request) request {
	ask.Sweep, ask.Program, ask.Worker = r.id, r.options.Program, r.worker
	return ask
}

// request asks the head until it answers. It returns an error if the head refuses, if it
// does not answer for the patience of the worker, and if ctx ends.
func (r *Remote) request(ctx context.Context, kind string, ask request) (reply, error) {
	text, err := json.Marshal(r.fill(ask))
	if err != nil {
		return reply{}, err
	}
	for {
		var answer reply
		one, cancel := r.conn.steady(ctx, requestWait)
		m, err := r.conn.nc.RequestWithContext(one, r.head(kind), text)
		cancel()
		if err == nil && json.Unmarshal(m.Data, &answer) == nil {
			if r.answered(); answer.Over {
				r.end()
			}
			switch answer.Verdict {
			case verdictRefused:
				return answer, fault.Input(answer.Hint, "refused by the head: %s", answer.Text)
			case verdictAgain:
				r.warn("the head cannot store results: " + answer.Text)
			default:
				return answer, nil
			}
		}
		if err := r.wait(ctx); err != nil {
			return reply{}, err
		}
	}
}

// answered remembers that the head is there.
func (r *Remote) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard, r.quiet = time.Now(), false
}

// wait waits before a request is repeated.
func (r *Remote) wait(ctx context.Context) error {
	r.mu.Lock()
	silence := time.Since(r.heard)
	r.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if silence > r.options.Patience {
		return fault.Failure("start the sweep again, and then the worker", "the head has not answered for %s", r.options.Patience)
	}
	if silence > 2*retryEvery {
		r.warn("the head does not answer; waiting for it")
	}
	return sleep(ctx, retryEvery)
}

// warn tells once that the head is of no use now.
func (r *Remote) warn(text string) {
	r.mu.Lock()
	told := r.quiet
	r.quiet = true
	r.mu.Unlock()
	if !told && r.options.Warn != nil {
		r.options.Warn(text)
	}
}

// Claim implements experiment.Queue.
func (r *Remote) Claim(ctx context.Context) (experiment.Spec, bool, error) {
	for {
		s, m, err := r.pull.next(ctx, r.over)
		if err != nil || m == nil {
			return experiment.Spec{}, false, err
		}
		id := s.ID()
		if !r.pull.keep(id, m) {
			continue // it is run here already
		}
		answer, err := r.request(ctx, askClaim, request{Cell: id})
		if err != nil {
			r.pull.release(id, jetstream.Msg.Nak)
			return experiment.Spec{}, false, err
		}
		if answer.Verdict == verdictRun {
			r.mu.Lock()
			r.specs[id] = s
			r.mu.Unlock()
			return s, true, nil
		}
		r.pull.release(id, jetstream.Msg.Ack)
	}
}

// sends is how often results are sent that were damaged on their way.
const sends = 3

// End implements experiment.Queue. It returns when the head has stored the results.
func (r *Remote) End(e experiment.Ended) error {
	ctx := context.Background()
	id := e.Cell.ID()
	ask := request{Cell: id, Seconds: e.Elapsed.Seconds()}
	if e.Err != nil {
		ask.Error, ask.Hint, ask.Log = e.Err.Error(), fault.Of(e.Err), r.log(e.Cell)
	}
	for send := 1; ; send++ {
		var err error
		if e.Err == nil {
			ask.Object = r.object(id, r.worker)
			ask.Hash, err = r.upload(ctx, ask.Object, e)
		}
		var answer reply
		if err == nil {
			answer, err = r.request(ctx, askEnd, ask)
		}
		switch {
		case err != nil:
			r.forget(id, jetstream.Msg.Nak)
			return fmt.Errorf("%s: %w", e.Cell, err)
		case answer.Verdict == verdictDamaged && send < sends:
			continue
		case answer.Verdict == verdictDamaged:
			r.forget(id, jetstream.Msg.Nak)
			return fault.Failure("check the disk of the NATS server and the network", "%s: %s, %d times", e.Cell, answer.Text, sends)
		}
		r.forget(id, jetstream.Msg.Ack)
		if r.options.Stored != nil {
			r.options.Stored(e)
		}
		return nil
	}
}

// upload puts the results of a cell into the store and returns their SHA-256. While the
// server does not answer, it tries again.
func (r *Remote) upload(ctx context.Context, object string, e experiment.Ended) (string, error) {
	for {
		var packing error
		sum := sha256.New()
		content, w := io.Pipe()
		go func() {
			packing = r.options.Pack(e.Cell, e.Record, io.MultiWriter(sum, w))
			w.CloseWithError(packing)
		}()
		one, cancel := r.conn.steady(ctx, 10*requestWait)
		_, err := r.results.Put(one, jetstream.ObjectMeta{Name: object}, content)
		cancel()
		_ = content.Close() // ends the goroutine, if Put did not read all
		if err == nil {
			r.answered()
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if fault.Of(err) != "" || errors.Is(err, os.ErrNotExist) {
			return "", err // of Pack
		}
		if err := r.wait(ctx); err != nil {
			return "", err
		}
	}
}

// PutBack implements experiment.Queue. If the head does not answer now, NATS gives the cell
// to another worker, and the head counts this one as lost.
func (r *Remote) PutBack(s experiment.Spec) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*retryEvery)
	defer cancel()
	id := s.ID()
	_, err := r.request(ctx, askPutBack, request{Cell: id})
	r.forget(id, jetstream.Msg.Nak)
	if fault.IsInput(err) {
		return err
	}
	_ = r.conn.nc.FlushTimeout(connectWait / 10) // the process may end now
	return nil
}

// forget releases a cell.
func (r *Remote) forget(id string, answer func(jetstream.Msg) error) {
	r.mu.Lock()
	delete(r.specs, id)
	r.mu.Unlock()
	r.pull.release(id, answer)
}
