package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what GET /metrics reports. Each server has its own.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	refused    *prometheus.CounterVec
	batches    prometheus.Histogram
	utterances *prometheus.CounterVec
	reloads    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gsdnet_requests_total",
			Help: "Requests by route and status; 499 is a client that went away."}, []string{"route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "gsdnet_request_seconds",
			Help: "Time from the head of a request to the end of its answer.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}, []string{"route"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gsdnet_refused_total",
			Help: "Requests that were refused before their body was read, by reason."}, []string{"reason"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "gsdnet_batch_requests",
			Help: "Requests that were computed together.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64}}),
		utterances: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gsdnet_utterances_total",
			Help: "Utterances that were answered, by run."}, []string{"run"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gsdnet_reloads_total",
			Help: "Reloads of the runs, by whether they worked."}, []string{"ok"}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.refused, m.batches, m.utterances, m.reloads,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe adds what the server itself knows.
func (m *metrics) observe(s *Server) {
	for name, gauge := range map[string]struct {
		help  string
		value func() int
	}{
		"gsdnet_waiting_requests":   {"Requests that wait for a worker.", s.queue.length},
		"gsdnet_kept_conversations": {"Conversations that are kept to go on.", s.live.length},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: gauge.help},
			func() float64 { return float64(gauge.value()) }))
	}
}

// reloaded counts a reload.
func (m *metrics) reloaded(err error) {
	m.reloads.WithLabelValues(strconv.FormatBool(err == nil)).Inc()
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// measured counts requests and their time. Paths that there are not are one route, so
// that strangers cannot fill the memory with names.
func (m *metrics) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		noted := &statusWriter{ResponseWriter: w}
		defer func() {
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			status := noted.status
			switch {
			case r.Context().Err() != nil && status == 0:
				status = statusGone
			case status == 0:
				status = http.StatusOK
			}
			m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
			m.latency.WithLabelValues(route).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(noted, r)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the status of an answer without one.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap returns the writer below, for deadlines and flushing.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
