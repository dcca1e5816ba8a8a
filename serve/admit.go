package serve

import (
	"errors"
	"net/http"
	"runtime/debug"
	"time"
)

// admitted lets at most MaxRequests requests with a body through at once, before their
// bodies are read, so that bodies cannot fill the memory. It also sets the deadlines for
// receiving the body and for sending the answer.
func (s *Server) admitted(next http.Handler) http.Handler {
	slots := make(chan struct{}, s.limits.MaxRequests)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := seconds(s.limits.BodyTimeout)
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Now().Add(2*body + seconds(s.limits.Timeout))) // recorders have no deadlines
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		_ = control.SetReadDeadline(time.Now().Add(body))
		if r.ContentLength > s.limits.bodyBytes() {
			s.metrics.refused.WithLabelValues("large").Inc()
			tooLarge().write(w)
			return
		}
		if s.stopping.Load() {
			s.metrics.refused.WithLabelValues("stopping").Inc()
			busy("the server is stopping").write(w)
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			next.ServeHTTP(w, r)
		default:
			s.metrics.refused.WithLabelValues("busy").Inc()
			busy("the server has as many requests as it can take").write(w)
		}
	})
}

// recovered answers a request that met a fault of the program, and logs the fault. If the
// answer had begun, which is what a client that stops reading looks like, it breaks the
// connection off, so that nobody takes half an answer for a whole one.
func recovered(s *Server, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			noted, _ := w.(*statusWriter)
			err, _ := fault.(error)
			switch {
			case fault == nil:
			case errors.Is(err, http.ErrAbortHandler):
				panic(fault) // the way of net/http to break a connection off
			case noted != nil && noted.status != 0:
				s.config.Log.Warn("an answer was not received", "error", fault)
				panic(http.ErrAbortHandler)
			default:
				s.config.Log.Error("internal error", "error", fault, "stack", string(debug.Stack()))
				problem(http.StatusInternalServerError, "internal error: this is a fault of the server", "the log of the server has the reason").write(w)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
