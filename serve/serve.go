// Package serve answers HTTP requests with trained runs: emotions, recovered features and
// explanations of a whole conversation, and the emotions of a conversation that goes on.
//
//	server, err := serve.New(serve.Config{Runs: []string{"runs/first"}, Addr: "127.0.0.1:8080"})
//	defer server.Close()
//	listener, err := server.Listen()
//	err = server.Serve(ctx, listener) // until ctx ends
//
// The answers are those of the root package, bit for bit, whatever else the server does at
// the same time. The OpenAPI document of the interface is made from the Go types and
// served at /openapi.json. Every refusal is a problem document (RFC 9457).
//
// A request passes the guards of guard.go, admission (admit.go), the decoding of its body
// (body.go) and the queue that batches requests (queue.go). Start reading at New, then
// routes.
package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"gsdnet"
	"gsdnet/internal/fault"
)

// Config says what is served and to whom. The zero value of a field is its default.
type Config struct {
	Runs    []string                              // run directories, at least one
	Open    func(dir string) (*gsdnet.Run, error) // opens a run; nil is gsdnet.Open
	Addr    string                                // address to listen on; "" is DefaultAddr
	Token   string                                // bearer token that requests must carry; "" asks for none and needs a loopback address
	Hosts   []string                              // names that the server may be called by, beside localhost and IP addresses
	Limits  Limits                                // zero fields are the defaults
	Show    []string                              // files whose conversations the page offers
	Media   Media                                 // recordings of these conversations, which the page plays
	Results []Source                              // folders whose results the page shows
	Page    fs.FS                                 // files served at /; nil serves none
	Log     *slog.Logger                          // nil logs nothing
}

// DefaultAddr is the address to listen on unless the Config has another.
const DefaultAddr = "127.0.0.1:8080"

// Server answers requests. Close it after use.
type Server struct {
	config   Config
	limits   Limits
	runs     *shelf
	queue    *queue
	live     *store
	metrics  *metrics
	examples atomic.Pointer[[]example]
	page     map[string]http.Handler // files of the page by their URL
	key      []byte                  // of the tickets
	handler  http.Handler
	openAPI  []byte
	stopping atomic.Bool
}

// New opens the runs and returns a server that does not listen yet. Its errors are those
// of opening a run, limits that are out of range, two runs of the same name, and an
// address beyond this machine without a token.
func New(c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Server{config: c, limits: c.Limits, metrics: newMetrics(), key: make([]byte, 32)}
	_, _ = rand.Read(s.key) // never fails
	var err error
	if s.runs, err = openShelf(c.Runs, c.Open); err != nil {
		return nil, err
	}
	if s.page, err = readPage(c.Page); err != nil {
		s.runs.close()
		return nil, err
	}
	if err := s.readExamples(); err != nil {
		s.runs.close()
		return nil, err
	}
	s.queue = newQueue(s.limits, s.metrics)
	s.live = newStore(s.limits)
	s.metrics.observe(s)
	s.handler, s.openAPI = s.routes()
	return s, nil
}

// check fills in the defaults and refuses what cannot be served.
func (c *Config) check() error {
	if len(c.Runs) == 0 {
		return fault.Input("name a directory that gsdnet train wrote", "there is no run to serve")
	}
	if c.Open == nil {
		c.Open = func(dir string) (*gsdnet.Run, error) { return gsdnet.Open(dir) }
	}
	if c.Addr == "" {
		c.Addr = DefaultAddr
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := c.Limits.fill(); err != nil {
		return err
	}
	return c.checkAccess()
}

// Handler returns the whole service as one handler, for servers of one's own and for
// tests.
func (s *Server) Handler() http.Handler { return s.handler }

// Runs lists the names of the runs.
func (s *Server) Runs() []string { return s.runs.names() }

// OpenAPI returns the OpenAPI 3.1 document of the service, in JSON.
func (s *Server) OpenAPI() []byte { return s.openAPI }

// Reload opens every run again, reads the files of Config.Show again, and looks for the
// recordings of Config.Media again. Requests that were accepted before finish with the run that they started with. A run that cannot be opened
// stays as it was, and so do all examples if one of their files cannot be read; the error
// names them.
func (s *Server) Reload() error {
	err := errors.Join(s.runs.reload(), s.readExamples())
	s.metrics.reloaded(err)
	if err != nil {
		s.config.Log.Error("reload failed", "error", err)
		return err
	}
	s.config.Log.Info("reloaded", "runs", s.runs.names())
	return nil
}

// Listen opens the address of the Config. Its error names the address.
func (s *Server) Listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", s.config.Addr)
	if err != nil {
		return nil, fault.Input("choose another address with --addr, for example 127.0.0.1:8081",
			"%s: cannot listen there: %s", s.config.Addr, reason(err))
	}
	return listener, nil
}

// Serve answers requests until ctx ends. It then refuses new connections, ends the event
// streams, finishes the requests that it accepted, and returns nil. If these take longer
// than the limit StopTimeout, it abandons them and returns an error.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	base, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.config.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(netutil.LimitListener(listener, s.limits.MaxConnections)) }()
	select {
	case err := <-failed:
		return fault.Failure("start the server again", "the server stopped: %s", reason(err))
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.live.stop()
	s.config.Log.Info("stopping: requests that were accepted are finished")
	limit, cancel := context.WithTimeout(base, seconds(s.limits.StopTimeout))
	defer cancel()
	err := server.Shutdown(limit)
	if err != nil {
		abandon()
		err = errors.Join(err, server.Close())
	}
	if stopped := <-failed; err == nil && !errors.Is(stopped, http.ErrServerClosed) {
		err = stopped
	}
	if err != nil {
		return fault.Failure("raise --stop-timeout", "some requests were not finished within %d seconds", s.limits.StopTimeout)
	}
	return nil
}

// Close ends the work that is under way and closes the runs. It may be called more than
// once.
func (s *Server) Close() {
	s.stopping.Store(true)
	s.live.stop()
	s.queue.close()
	s.runs.close()
}

// Bounds of connections that no flag changes.
const (
	headerTimeout = 10 * time.Second // to receive the head of a request
	idleTimeout   = 2 * time.Minute  // between two requests of a connection
	maxHeader     = 64 << 10         // bytes of the head of a request
)

// reason returns what the system says of an address, without the names of its calls.
func reason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
