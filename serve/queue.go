package serve

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"

	"gsdnet"
	"gsdnet/erc"
)

// queue computes requests in the order of their arrival. A worker that becomes free takes
// the oldest request together with all waiting ones that can share its batch. Nobody waits
// for a batch to become full, so that a request that comes alone is not delayed. The
// results of a request do not depend on what else is in its batch.
type queue struct {
	most    int // requests of a batch
	metrics *metrics
	mu      sync.Mutex
	some    sync.Cond // a job waits, or the queue is closed
	waiting []*job
	closed  bool
	ctx     context.Context // of all batches
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// job is one conversation to complete.
type job struct {
	batchKey
	ctx    context.Context // of the request
	corpus *erc.Corpus
	task   func(ctx context.Context) error // to do instead of completing the corpus; nil does that
	done   chan outcome                    // has room for the one outcome
}

// batchKey is what requests of one batch have in common.
type batchKey struct {
	run     *loaded
	samples int
	seed    uint64
	fill    bool // return recovered features
	draws   int  // completions to return with them
	length  int  // gsdnet.BatchLength
	alone   bool // a long conversation fills batches by itself, and a task has none
}

// outcome is the answer to a job.
type outcome struct {
	predictions []gsdnet.Prediction
	imputed     []gsdnet.Imputed
	err         error
}

func newQueue(l Limits, m *metrics) *queue {
	q := &queue{most: l.Batch, metrics: m}
	q.some.L = &q.mu
	q.ctx, q.stop = context.WithCancel(context.Background())
	for range l.Workers {
		q.workers.Go(q.work)
	}
	return q
}

// do computes a conversation and returns when that is done or the context has ended.
func (q *queue) do(ctx context.Context, run *loaded, corpus *erc.Corpus, o gsdnet.Options, fill bool) (outcome, error) {
	n := len(corpus.Conversations[0].Utterances)
	j := &job{ctx: ctx, corpus: corpus, done: make(chan outcome, 1), batchKey: batchKey{
		run: run, samples: o.Samples, seed: o.Seed, fill: fill, draws: o.Draws, length: gsdnet.BatchLength(n), alone: n > gsdnet.Window,
	}}
	if j.seed == 0 {
		j.seed = run.about.Seed
	}
	return q.wait(j)
}

// task lets a worker do something else. When task returns because ctx has ended, do may
// still be running, so that the caller must not use what it computes.
func (q *queue) task(ctx context.Context, run *loaded, do func(ctx context.Context) error) error {
	_, err := q.wait(&job{ctx: ctx, task: do, done: make(chan outcome, 1), batchKey: batchKey{run: run, alone: true}})
	return err
}

// wait adds a job and waits for its outcome, or for the end of its context.
func (q *queue) wait(j *job) (outcome, error) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return outcome{}, busy("the server is stopping")
	}
	j.run.retain() // until the job is done, which may be after the request has ended
	q.waiting = append(q.waiting, j)
	q.mu.Unlock()
	q.some.Signal()
	select {
	case out := <-j.done:
		return out, out.err
	case <-j.ctx.Done():
		return outcome{}, j.ctx.Err()
	}
}

// length returns the number of jobs that wait.
func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// work computes batches until the queue is closed.
func (q *queue) work() {
	for {
		batch := q.take()
		if batch == nil {
			return
		}
		q.compute(batch)
		for _, j := range batch {
			j.run.release()
		}
	}
}

// take waits for a batch, and returns nil when the queue is closed.
func (q *queue) take() []*job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && !q.closed {
		q.some.Wait()
	}
	if q.closed {
		return nil
	}
	first := q.waiting[0]
	most := q.most
	if first.alone {
		most = 1
	}
	var batch []*job
	q.waiting = slices.DeleteFunc(q.waiting, func(j *job) bool {
		if len(batch) == most || j.batchKey != first.batchKey {
			return false
		}
		batch = append(batch, j)
		return true
	})
	return batch
}

// compute answers the jobs of a batch. Those whose requests have ended are left out. If
// the batch fails, each job is computed alone, so that no request fails because of another.
func (q *queue) compute(batch []*job) {
	batch = slices.DeleteFunc(slices.Clone(batch), func(j *job) bool { return j.ctx.Err() != nil })
	if len(batch) == 0 {
		return
	}
	ctx, cancel := q.context(batch)
	defer cancel()
	q.metrics.batches.Observe(float64(len(batch)))
	out, err := apply(ctx, batch)
	switch {
	case err == nil:
		for i, j := range batch {
			j.done <- out[i]
		}
	case len(batch) == 1 || ctx.Err() != nil:
		for _, j := range batch {
			j.done <- outcome{err: err}
		}
	default:
		for _, j := range batch {
			q.compute([]*job{j})
		}
	}
}

// context returns a context that ends when the queue is closed or no request of the batch
// is left.
func (q *queue) context(batch []*job) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(q.ctx)
	var mu sync.Mutex
	left := len(batch)
	stops := make([]func() bool, len(batch))
	for i, j := range batch {
		stops[i] = context.AfterFunc(j.ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// apply calls the run. A fault of the program is an error of the batch and does not end
// the server.
func apply(ctx context.Context, batch []*job) (out []outcome, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("internal error: %v\n%s", fault, debug.Stack())
		}
	}()
	if task := batch[0].task; task != nil {
		return make([]outcome, 1), task(ctx)
	}
	corpora := make([]*erc.Corpus, len(batch))
	for i, j := range batch {
		corpora[i] = j.corpus
	}
	out = make([]outcome, len(batch))
	key := batch[0].batchKey
	options := gsdnet.Options{Samples: key.samples, Seed: key.seed, Draws: key.draws}
	if key.fill {
		imputed, err := key.run.run.ImputeEach(ctx, corpora, options)
		for i := range imputed {
			out[i].imputed = imputed[i]
		}
		return out, err
	}
	predictions, err := key.run.run.PredictEach(ctx, corpora, options)
	for i := range predictions {
		out[i].predictions = predictions[i]
	}
	return out, err
}

// close ends the work that is under way; jobs that still wait are refused.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	waiting := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	q.stop()
	q.some.Broadcast()
	for _, j := range waiting {
		j.done <- outcome{err: problem(http.StatusServiceUnavailable, "the server is stopping", "")}
		j.run.release()
	}
	q.workers.Wait()
}
