package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gsdnet"
	"gsdnet/serve"
)

// started is a server that listens as the command does.
type started struct {
	url  string
	stop context.CancelFunc
	done chan error
}

// start serves until stop is called.
func start(t testing.TB, s *serve.Server) started {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	listener, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	out := started{"http://" + listener.Addr().String(), stop, make(chan error, 1)}
	go func() { out.done <- s.Serve(ctx, listener) }()
	t.Cleanup(stop)
	return out
}

// load counts what becomes of the requests that several clients send until stop is set,
// each over a connection of its own. While pause is locked no request is under way.
type load struct {
	answered, refused, failed atomic.Int64
	stop                      atomic.Bool
	pause                     sync.RWMutex
	wg                        sync.WaitGroup
}

func newLoad(t testing.TB, url string, all []asking, clients int) *load {
	l := &load{}
	for k := range clients {
		l.wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for i := k; !l.stop.Load(); i++ {
				l.pause.RLock()
				l.ask(t, client, url, all[i%len(all)])
				l.pause.RUnlock()
			}
		})
	}
	return l
}

// ask sends one request and counts what became of it.
func (l *load) ask(t testing.TB, client *http.Client, url string, a asking) {
	response, err := client.Post(url+"/v1/predict?"+a.query, "application/json", bytes.NewReader(a.body))
	if err != nil {
		l.failed.Add(1)
		return
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	var got predicted
	switch {
	case err != nil:
		l.failed.Add(1)
	case response.StatusCode == 503:
		l.refused.Add(1)
	case response.StatusCode != 200 || json.Unmarshal(text, &got) != nil || !slices.Equal(got.online(), a.want):
		t.Errorf("status %d, and another answer than the run alone gives: %s", response.StatusCode, text)
	default:
		l.answered.Add(1)
	}
}

// wait waits until so many requests have been answered.
func (l *load) wait(t testing.TB, n int64) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); l.answered.Load() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d requests were answered, want %d", l.answered.Load(), n)
		}
	}
}

// A server that is stopped under load answers every request that it accepted, ends its
// streams, and leaves no goroutine.
func TestStopUnderLoad(t *testing.T) {
	all := askings(t, 12)
	http.DefaultClient.CloseIdleConnections()
	before := goleak.IgnoreCurrent()
	s, err := serve.New(serve.Config{Addr: "127.0.0.1:0", Runs: []string{trained(t, "scores")}})
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, s)
	stream := events(t, begin(t, server.url, ""))
	next(t, stream)
	l := newLoad(t, server.url, all, 8)
	l.wait(t, 40)
	server.stop()
	if err := <-server.done; err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if e := next(t, stream); e.kind != "end" || !strings.Contains(e.data, "stopping") {
		t.Errorf("the stream: got %+v, want the end", e)
	}
	l.stop.Store(true)
	l.wg.Wait()
	if got, want := l.answered.Load()+l.refused.Load(), counted(t, s); got != want {
		t.Errorf("clients received %d answers, and the server gave %d", got, want)
	}
	s.Close()
	s.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

// counted is the number of requests to /v1/predict that a server has handled.
func counted(t testing.TB, s *serve.Server) int64 {
	t.Helper()
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	url := server.URL
	return int64(metric(t, url, `gsdnet_requests_total{route="POST /v1/predict",status="200"}`) +
		metric(t, url, `gsdnet_requests_total{route="none",status="503"}`) + metric(t, url, `gsdnet_requests_total{route="POST /v1/predict",status="503"}`))
}

// Reloading under load changes no answer and drops no request. Requests that are under way
// keep their run, which is closed after them.
func TestReloadUnderLoad(t *testing.T) {
	all := askings(t, 12)
	long := talk(1, 60, 5)
	all = append(all, asking{"samples=64", bodyOf(long), offline(t, opened(t, "scores"), long, gsdnet.Options{Samples: 64})})
	var mu sync.Mutex
	var opened []*gsdnet.Run
	s := open(t, serve.Config{Addr: "127.0.0.1:0", Open: func(dir string) (*gsdnet.Run, error) {
		run, err := gsdnet.Open(dir)
		mu.Lock()
		defer mu.Unlock()
		opened = append(opened, run)
		return run, err
	}}, "scores")
	server := start(t, s)
	l := newLoad(t, server.url, all, 4)
	for i := range 8 {
		l.wait(t, int64(8*(i+1)))
		if err := s.Reload(); err != nil {
			t.Error(err)
		}
	}
	l.wait(t, l.answered.Load()+8)
	l.stop.Store(true)
	l.wg.Wait()
	if l.failed.Load() != 0 || l.refused.Load() != 0 {
		t.Errorf("%d requests failed and %d were refused, want none", l.failed.Load(), l.refused.Load())
	}
	if got := metric(t, server.url, `gsdnet_reloads_total{ok="true"}`); got != 8 {
		t.Errorf("got %v reloads, want 8", got)
	}
	for i, run := range opened {
		_, err := run.Predict(t.Context(), corpus(talk(0, 3, 1)), gsdnet.Options{Samples: 1})
		if closed := err != nil && strings.Contains(err.Error(), "is closed"); closed != (i < len(opened)-1) {
			t.Errorf("run %d of %d: got %v, want all but the last to be closed", i, len(opened), err)
		}
	}
}

// A reload serves what is in the directory now; a run that cannot be opened stays.
func TestReload(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "live")
	replace := func(name string) {
		t.Helper()
		if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(trained(t, name)))); err != nil {
			t.Fatal(err)
		}
	}
	replace("scores")
	s := open(t, serve.Config{Runs: []string{dir}})
	url := listen(t, s)
	task := func() string {
		t.Helper()
		list := into[struct{ Models []struct{ Run, Task string } }](t, send(t, "GET", url+"/v1/models", nil), 200)
		return list.Models[0].Run + " " + list.Models[0].Task
	}
	if got := task(); got != "live scores" {
		t.Errorf("got %s, want live scores", got)
	}
	replace("classes")
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := task(); got != "live classes" {
		t.Errorf("after a reload: got %s, want live classes", got)
	}
	if err := os.Remove(filepath.Join(dir, "checkpoint.safetensors")); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err == nil || !strings.Contains(err.Error(), "live") {
		t.Errorf("a broken run: got %v, want an error that names it", err)
	}
	if got := task(); got != "live classes" {
		t.Errorf("after a reload that failed: got %s, want live classes", got)
	}
	into[predicted](t, post(t, url+"/v1/predict?samples=1", bodyOf(talk(0, 3, 1))), 200)
}

// Clients that send slowly, break off or speak nonsense are cut off, and others are
// answered meanwhile.
func TestSlowAndBrokenClients(t *testing.T) {
	s := open(t, serve.Config{Addr: "127.0.0.1:0", Limits: serve.Limits{BodyTimeout: 1, MaxRequests: 64}}, "scores")
	server := start(t, s)
	body := bodyOf(talk(0, 3, 1))
	for name, c := range map[string]struct{ text, want string }{
		"slow body":     {"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{", "408"},
		"slow chunks":   {"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"utt", "408"},
		"wrong chunks":  {"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
		"endless, 404":  {"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nxxx", "404"},
		"no HTTP":       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		"negative size": {"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, c.text); err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			text, err := io.ReadAll(conn)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the connection is still open: %s", text)
			}
			if !strings.HasPrefix(string(text), "HTTP/1.1 "+c.want) {
				t.Errorf("got %q, want status %s", text, c.want)
			}
		})
	}
	for i := range 20 { // break off in the middle
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "+
			"10000\r\n\r\n"+string(body[:i*3]))
		conn.Close()
	}
	into[predicted](t, post(t, server.url+"/v1/predict?samples=1", body), 200)
}

// A computation that takes longer than the time for the body is not cut off.
func TestLongAnswers(t *testing.T) {
	s := open(t, serve.Config{Addr: "127.0.0.1:0", Limits: serve.Limits{BodyTimeout: 1, Timeout: 600, MaxSamples: 1000, Workers: 1}}, "scores")
	server := start(t, s)
	began := time.Now()
	into[predicted](t, post(t, server.url+"/v1/predict?samples=60", bodyOf(talk(0, 900, 1))), 200)
	if took := time.Since(began); took < time.Second {
		t.Skipf("SKIPPED: the answer took %v, less than the time for the body", took)
	}
}

// A connection beyond the limit waits until another ends, and is then answered.
func TestTooManyConnections(t *testing.T) {
	server := start(t, open(t, serve.Config{Addr: "127.0.0.1:0", Limits: serve.Limits{MaxConnections: 1}}, "scores"))
	first, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(first, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	done := make(chan answer, 1)
	go func() { done <- send(t, "GET", server.url+"/healthz", nil) }()
	select {
	case a := <-done:
		t.Errorf("got status %d on a second connection, want it to wait", a.status)
	case <-time.After(100 * time.Millisecond):
	}
	first.Close()
	if a := <-done; a.status != 200 {
		t.Errorf("got status %d, want 200", a.status)
	}
}

// Answering, refusing, reloading and streaming leave nothing in memory.
func TestMemoryStaysFlat(t *testing.T) {
	s := open(t, serve.Config{Addr: "127.0.0.1:0"}, "scores")
	server := start(t, s)
	body := bodyOf(talk(0, 12, 1))
	round := func() uint64 {
		t.Helper()
		for i := range 150 {
			into[predicted](t, post(t, server.url+"/v1/predict?samples=1", body), 200)
			refusal(t, post(t, server.url+"/v1/predict", body[:i]), 400)
			if i%10 == 0 {
				one := begin(t, server.url, "samples=1")
				stream := events(t, one)
				next(t, stream)
				into[update](t, post(t, one+"/utterances", []byte(`{"text":[1,2,3,4]}`)), 200)
				send(t, "DELETE", one, nil)
				for range stream {
				}
			}
		}
		if err := s.Reload(); err != nil {
			t.Fatal(err)
		}
		into[predicted](t, post(t, server.url+"/v1/predict?samples=1", body), 200)
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	round()
	first := round()
	second := round()
	if grown := int64(second) - int64(first); grown > 1<<20 {
		t.Errorf("the heap grew from %d to %d bytes in one round", first, second)
	}
}

// deaf is a client that does not receive what is written.
type deaf struct{ *httptest.ResponseRecorder }

func (deaf) Write([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// An answer that is not received breaks the connection off and is no fault of the server.
func TestAnAnswerThatIsNotReceived(t *testing.T) {
	var log bytes.Buffer
	s := open(t, serve.Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, "scores")
	defer func() {
		if fault, _ := recover().(error); !errors.Is(fault, http.ErrAbortHandler) {
			t.Errorf("got %v, want that the connection is broken off", fault)
		}
		if got := log.String(); !strings.Contains(got, "an answer was not received") || strings.Contains(got, "internal error") {
			t.Errorf("got the log %s", got)
		}
	}()
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/v1/predict?samples=1", bytes.NewReader(bodyOf(talk(0, 3, 1))))
	request.Header.Set("Content-Type", "application/json")
	s.Handler().ServeHTTP(deaf{httptest.NewRecorder()}, request)
	t.Error("the handler returned")
}
