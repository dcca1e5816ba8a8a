package serve_test

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gsdnet/serve"
)

// TestSoak lets clients of all kinds, good, bad and broken ones, use one server at the same
// time, for seconds or for the time in GSDNET_SOAK (make soak: half an hour). Answers stay
// those of the run, memory stays flat, and no goroutine is left.
func TestSoak(t *testing.T) {
	length := 4 * time.Second
	if long := os.Getenv("GSDNET_SOAK"); long != "" {
		var err error
		if length, err = time.ParseDuration(long); err != nil {
			t.Fatal(err)
		}
	}
	all := askings(t, 12)
	http.DefaultClient.CloseIdleConnections()
	before := goleak.IgnoreCurrent()
	s, err := serve.New(serve.Config{Addr: "127.0.0.1:0", Runs: []string{trained(t, "scores")}, Limits: serve.Limits{MaxUtterances: 100, MaxExplain: 6, MaxBody: 1, BodyTimeout: 1, MaxConversations: 10000, Keep: 60}})
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, s)
	until := time.Now().Add(length)
	var wg sync.WaitGroup
	var broken atomic.Int64
	l := newLoad(t, server.url, all, 3)
	client := func(name string, every time.Duration, do func(r *rand.Rand)) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(len(name)), 19))
			for time.Now().Before(until) && !t.Failed() {
				l.pause.RLock()
				do(r)
				l.pause.RUnlock()
				time.Sleep(every)
			}
		})
	}
	bodies := map[string][]byte{"application/json": bodyOf(talk(3, 3, 1)), "application/zip": archive(t, talk(3, 3, 1))}
	client("malformed", 0, func(r *rand.Rand) { // without a network: most do not survive an HTTP client
		recorder := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorder, malformedRequest(r, bodies))
		if recorder.Code == 500 {
			t.Errorf("a malformed request: %s", recorder.Body)
		}
	})
	wg.Go(func() { // not paused: broken connections hold little, and take long
		r := rand.New(rand.NewPCG(3, 19))
		for time.Now().Before(until) {
			if conn, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://")); err == nil {
				_, _ = io.WriteString(conn, "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", r.IntN(5000)))
				time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
				conn.Close()
				broken.Add(1)
			}
		}
	})
	client("goes on", 0, func(*rand.Rand) {
		one := begin(t, server.url, "samples=1")
		stream := events(t, one)
		next(t, stream)
		into[update](t, post(t, one+"/utterances", []byte(`{"text":[1,2,3,4]}`)), 200)
		send(t, "DELETE", one, nil)
		for range stream {
		}
	})
	client("explains", 0, func(*rand.Rand) {
		into[serve.Explained](t, post(t, server.url+"/v1/explain?samples=1&draws=2", bodyOf(talk(1, 5, 3))), 200)
	})
	client("reloads", length/40, func(*rand.Rand) {
		if err := s.Reload(); err != nil {
			t.Error(err)
		}
	})
	watchMemory(t, &l.pause, until, length)
	wg.Wait()
	l.stop.Store(true)
	l.wg.Wait()
	if l.failed.Load() > 0 || l.answered.Load() == 0 {
		t.Errorf("%d requests were answered and %d failed", l.answered.Load(), l.failed.Load())
	}
	t.Logf("%d requests were answered, %d connections were broken off", l.answered.Load(), broken.Load())
	server.stop()
	if err := <-server.done; err != nil {
		t.Error(err)
	}
	s.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

// watchMemory measures what is held every twentieth of the time, while the clients pause: what
// requests under way hold varies too much. In the second half of the time it must not exceed
// that of the first by more than a tenth and 4 MiB, what the buffers of a compiled graph take
// that one run holds and the same run, just loaded again, does not hold yet.
func watchMemory(t *testing.T, pause *sync.RWMutex, until time.Time, length time.Duration) {
	t.Helper()
	var held []uint64
	for len(held) < 4 || time.Now().Before(until) {
		time.Sleep(length / 20)
		pause.Lock()
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		pause.Unlock()
		held = append(held, m.HeapAlloc)
		t.Logf("%v: %.1f MiB are held, %d goroutines", (length - time.Until(until)).Round(time.Second), float64(m.HeapAlloc)/(1<<20), runtime.NumGoroutine())
	}
	settled, last := slices.Max(held[:len(held)/2]), slices.Max(held[len(held)/2:])
	if last > settled+settled/10+4<<20 {
		t.Errorf("the memory that is held grew from %d to %d bytes", settled, last)
	}
}
