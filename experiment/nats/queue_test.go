package nats_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gsdnet/experiment"
	"gsdnet/experiment/nats"
	"gsdnet/experiment/queuetest"
	"gsdnet/internal/fault"
)

// lostAfter is a time after which a worker of the tests is lost. A loaded machine may stop
// a process for some seconds.
const lostAfter = 4 * time.Second

// bench is a server with a head, without any file of results: a result is the JSON of its
// record.
type bench struct {
	server *nats.Server
	head   *nats.Head
	warned chan string
	aside  chan string
}

// options are those of a head that keeps nothing.
func options(b *bench) nats.HeadOptions {
	return nats.HeadOptions{
		Name: nats.DefaultName, Program: "v1", LostAfter: lostAfter, Tries: 2,
		Store: func(_ experiment.Spec, r io.Reader) (*experiment.Record, error) {
			text, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			var record experiment.Record
			return &record, json.Unmarshal(text, &record)
		},
		Aside: func(_ experiment.Spec, log string) { b.aside <- log },
		Warn:  func(text string) { b.warned <- text },
	}
}

// open starts a server and a head.
func open(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended), change func(*nats.HeadOptions)) *bench {
	t.Helper()
	b := &bench{warned: make(chan string, 100), aside: make(chan string, 100)}
	var err error
	if b.server, err = nats.Configure("127.0.0.1:0", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.server.Start(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.server.Close)
	conn, err := b.server.Dial(nats.Access{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	o := options(b)
	if change != nil {
		change(&o)
	}
	if b.head, err = nats.NewHead(t.Context(), conn, cells, o, ended); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.head.Close() })
	return b
}

// workerOptions are those of a worker that sends the JSON of its records.
func workerOptions() nats.RemoteOptions {
	return nats.RemoteOptions{
		Name: nats.DefaultName, Program: "v1", Patience: time.Minute,
		Pack: func(_ experiment.Spec, r *experiment.Record, w io.Writer) error { return json.NewEncoder(w).Encode(r) },
		Log:  func(experiment.Spec) string { return "epoch 1\nepoch 2" },
	}
}

// join joins over the network.
func (b *bench) join(t *testing.T, o nats.RemoteOptions) (*nats.Remote, error) {
	t.Helper()
	conn, err := nats.Dial(t.Context(), b.server.Address(), nats.Access{}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	r, err := nats.Join(t.Context(), conn, o)
	if err == nil {
		t.Cleanup(r.Close)
	}
	return r, err
}

func (b *bench) mustJoin(t *testing.T, o nats.RemoteOptions) *nats.Remote {
	t.Helper()
	r, err := b.join(t, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHeadIsAQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended)) experiment.Queue {
		return open(t, cells, ended, nil).head
	})
}

func TestRemoteIsAQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T, cells []experiment.Spec, ended func(experiment.Ended)) experiment.Queue {
		return open(t, cells, ended, nil).mustJoin(t, workerOptions())
	})
}

// claim claims a cell that must be there.
func claim(t *testing.T, q experiment.Queue) experiment.Spec {
	t.Helper()
	s, found, err := q.Claim(t.Context())
	if err != nil || !found {
		t.Fatalf("got found %v and error %v, want a cell", found, err)
	}
	return s
}

func TestAnotherVersionIsRefused(t *testing.T) {
	b := open(t, queuetest.Cells(1), func(experiment.Ended) {}, nil)
	o := workerOptions()
	o.Program = "v2"
	_, err := b.join(t, o)
	if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), "the sweep is run by version v1, and this worker has version v2") {
		t.Errorf("got %v", err)
	}
}

// A worker whose results are not what it says is barred, and another one gets the cell.
func TestWrongHashIsRefused(t *testing.T) {
	b := open(t, queuetest.Cells(1), func(experiment.Ended) {}, nil)
	o := workerOptions()
	o.Pack = func(_ experiment.Spec, r *experiment.Record, w io.Writer) error {
		// The first writer behind w sums the content: what it does not see is sent all the same.
		return json.NewEncoder(w).Encode(r)
	}
	liar := b.mustJoin(t, o)
	nats.Lie(liar)
	s := claim(t, liar)
	err := liar.End(experiment.Ended{Cell: s, Record: &experiment.Record{Run: s.String()}})
	if err == nil || !strings.Contains(err.Error(), "their SHA-256 is not the one that the worker gave") {
		t.Errorf("got %v", err)
	}
	if _, _, err := liar.Claim(t.Context()); err == nil || !strings.Contains(err.Error(), "are refused") {
		t.Errorf("the liar claims another cell: %v", err)
	}
	honest := b.mustJoin(t, workerOptions())
	s = claim(t, honest)
	if err := honest.End(experiment.Ended{Cell: s, Record: &experiment.Record{Run: s.String()}}); err != nil {
		t.Error(err)
	}
}

// Results that are damaged in the store are sent again.
func TestDamagedObjectIsSentAgain(t *testing.T) {
	var ends atomic.Int32
	b := open(t, queuetest.Cells(1), func(experiment.Ended) { ends.Add(1) }, nil)
	w := b.mustJoin(t, workerOptions())
	nats.DamageOnce(b.head)
	s := claim(t, w)
	if err := w.End(experiment.Ended{Cell: s, Record: &experiment.Record{Run: s.String()}}); err != nil || ends.Load() != 1 {
		t.Errorf("got error %v and %d ends", err, ends.Load())
	}
	select {
	case text := <-b.warned:
		if !strings.Contains(text, "damaged") {
			t.Errorf("got the warning %q", text)
		}
	default:
		t.Error("nothing was damaged")
	}
}

// A cell with which workers are lost again and again is set aside, with what is known of it.
func TestLostWorkers(t *testing.T) {
	ends := make(chan experiment.Ended, 2)
	b := open(t, queuetest.Cells(1), func(e experiment.Ended) { ends <- e }, func(o *nats.HeadOptions) { o.LostAfter = time.Second })
	for range 2 {
		w := b.mustJoin(t, workerOptions())
		claim(t, w)
		time.Sleep(2500 * time.Millisecond) // so that its log is told
		nats.Vanish(w)
	}
	last := b.mustJoin(t, workerOptions())
	if _, found, err := last.Claim(t.Context()); found || err != nil {
		t.Errorf("got found %v and error %v of a cell that was set aside", found, err)
	}
	if e := <-ends; e.Err == nil || e.Err.Error() != "2 workers were lost with it" {
		t.Errorf("got %v", e.Err)
	}
	if log := <-b.aside; strings.Count(log, "was not heard of again; the last line of its log: epoch 2") != 2 {
		t.Errorf("got the log %q", log)
	}
}

// Cells that the server has forgotten, as one does that was killed, are queued again, and a
// worker that runs one meanwhile keeps it.
func TestForgottenCellsAreQueuedAgain(t *testing.T) {
	var ended atomic.Int64
	b := open(t, queuetest.Cells(3), func(experiment.Ended) { ended.Add(1) }, func(o *nats.HeadOptions) { o.LostAfter = time.Second })
	busy := b.mustJoin(t, workerOptions())
	kept := claim(t, busy)
	if err := nats.Forget(t.Context(), b.head, 2); err != nil {
		t.Fatal(err)
	}
	other := b.mustJoin(t, workerOptions())
	for range 2 {
		s := claim(t, other)
		if s.ID() == kept.ID() {
			t.Errorf("%s was given out twice", s)
		}
		if err := other.End(experiment.Ended{Cell: s, Record: &experiment.Record{}}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(5 * time.Second) // longer than a forgotten cell takes
	if err := busy.End(experiment.Ended{Cell: kept, Record: &experiment.Record{}}); err != nil {
		t.Fatal(err)
	}
	if err := b.head.Wait(t.Context()); err != nil || ended.Load() != 3 {
		t.Errorf("got error %v after %d cells, want 3", err, ended.Load())
	}
	select {
	case warned := <-b.warned:
		t.Errorf("got the warning %q", warned)
	default:
	}
}

// If results cannot be stored, the head ends with the reason, and the worker keeps them for
// the next head.
func TestFullDiskAtTheHead(t *testing.T) {
	full := true
	b := open(t, queuetest.Cells(1), func(experiment.Ended) {}, func(o *nats.HeadOptions) {
		store := o.Store
		o.Store = func(s experiment.Spec, r io.Reader) (*experiment.Record, error) {
			if full {
				return nil, fault.Failure("free some space", "writing metrics.json: no space left on device")
			}
			return store(s, r)
		}
	})
	w := b.mustJoin(t, workerOptions())
	s := claim(t, w)
	stored := make(chan error, 1)
	go func() { stored <- w.End(experiment.Ended{Cell: s, Record: &experiment.Record{}}) }()
	if err := b.head.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("got %v", err)
	}
	if _, found, err := b.head.Claim(t.Context()); found || err == nil {
		t.Errorf("got found %v and error %v after the head stopped", found, err)
	}
	if err := b.head.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := b.server.Dial(nats.Access{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	done := make(chan experiment.Ended, 2)
	next, err := nats.NewHead(t.Context(), conn, queuetest.Cells(1), options(b), func(e experiment.Ended) { done <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := <-stored; err != nil {
		t.Error(err)
	}
	if e := <-done; e.Err != nil {
		t.Error(e.Err)
	}
}

// Two heads do not share a name on a server.
func TestSecondHeadIsRefused(t *testing.T) {
	b := open(t, queuetest.Cells(2), func(experiment.Ended) {}, nil)
	conn, err := b.server.Dial(nats.Access{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = nats.NewHead(t.Context(), conn, queuetest.Cells(1), options(b), func(experiment.Ended) {})
	if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), `another sweep with the name "sweep" is at work`) {
		t.Errorf("got %v", err)
	}
	o := options(b)
	o.Name = "other"
	other, err := nats.NewHead(t.Context(), conn, queuetest.Cells(1), o, func(experiment.Ended) {})
	if err != nil {
		t.Fatal(err)
	}
	_ = other.Close()
}

// Data sets travel once, and a file that differs is refused.
func TestDataTravels(t *testing.T) {
	dir, copies := t.TempDir(), t.TempDir()
	content := strings.Repeat("conversation ", 300_000)
	if err := os.WriteFile(filepath.Join(dir, "talk.npz"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, queuetest.Cells(1), func(experiment.Ended) {}, func(o *nats.HeadOptions) {
		o.Files = []nats.File{{Path: "set/talk.npz", From: filepath.Join(dir, "talk.npz")}}
	})
	w := b.mustJoin(t, workerOptions())
	if err := w.FetchData(t.Context(), copies); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(copies, "set", "talk.npz")
	if got, err := os.ReadFile(path); err != nil || string(got) != content {
		t.Errorf("got %d bytes and error %v, want %d", len(got), err, len(content))
	}
	before, _ := os.Stat(path)
	if err := w.FetchData(t.Context(), copies); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("the file was copied twice")
	}
	if err := w.CheckData(copies); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("another conversation"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.CheckData(copies); err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), "talk.npz: the SHA-256 of the file is") {
		t.Errorf("got %v of a file that differs", err)
	}
}

func TestStatus(t *testing.T) {
	b := open(t, queuetest.Cells(3), func(experiment.Ended) {}, nil)
	w := b.mustJoin(t, workerOptions())
	good := claim(t, w)
	bad := claim(t, w)
	held := claim(t, w)
	if err := w.End(experiment.Ended{Cell: good, Record: &experiment.Record{}, Elapsed: 4 * time.Second}); err != nil {
		t.Fatal(err)
	}
	if err := w.End(experiment.Ended{Cell: bad, Err: errors.New("the loss is not finite"), Elapsed: 2 * time.Second}); err != nil {
		t.Fatal(err)
	}
	conn, err := nats.Dial(t.Context(), b.server.Address(), nats.Access{}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, err := nats.Ask(t.Context(), conn, nats.DefaultName)
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != 3 || got.Ended != 2 || got.Failed != 1 || got.Workers != 1 || got.Left != 3 || len(got.Running) != 1 || got.Running[0].Cell != held.String() ||
		len(got.Failing) != 1 || got.Failing[0] != bad.String()+": the loss is not finite" {
		t.Errorf("got %+v", got)
	}
	if log := <-b.aside; !strings.HasSuffix(log, "the loss is not finite\nepoch 1\nepoch 2\n") {
		t.Errorf("got the log %q", log)
	}
	if _, err := nats.Ask(t.Context(), conn, "absent"); err == nil || fault.Of(err) == "" {
		t.Errorf("got %v of a sweep that is not there", err)
	}
}
