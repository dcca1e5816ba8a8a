package serve_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gsdnet/serve"
)

var malformed = flag.Int("malformed", 10000, "number of malformed requests that TestMalformedRequests sends; a tenth of them with -short")

// nonsense is what a request may contain instead of what it should.
var nonsense = []string{
	"", "null", "true", "0", "-1", "1e999", "99999999999999999999", "NaN", `"x"`, "[]", "{}", "[[]]", `[null]`, `{"a":[1,{"b":null}]}`, `"\ud800"`, "\x00", "\xff\xfe", strings.Repeat("[", 20000),
	strings.Repeat("9", 400), `{"utterances":[{}]}`, "PK\x03\x04", "--x\r\n\r\n--x--\r\n", "%s%n", "é", "\u2028",
}

// mutated returns a body with a few bytes or pieces changed.
func mutated(r *rand.Rand, body []byte) []byte {
	out := bytes.Clone(body)
	for range 1 + r.IntN(4) {
		if len(out) == 0 {
			return out
		}
		i := r.IntN(len(out))
		switch r.IntN(5) {
		case 0:
			out[i] = byte(r.IntN(256))
		case 1:
			out = out[:i]
		case 2:
			out = append(out[:i:i], append([]byte(nonsense[r.IntN(len(nonsense))]), out[i:]...)...)
		case 3:
			j := i + r.IntN(len(out)-i)
			out = append(out[:i:i], out[j:]...)
		case 4:
			out = append(out, out[i:]...)
		}
	}
	return out
}

// malformedRequest makes up one request.
func malformedRequest(r *rand.Rand, bodies map[string][]byte) *http.Request {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	id := pick("x", "..", strings.Repeat("a", 100), "%00", "ABCDEF")
	path := pick("/v1/predict", "/v1/impute", "/v1/explain", "/v1/impute", "/v1/conversations", "/v1/conversations/"+id, "/v1/conversations/"+id+"/utterances", "/v1/conversations/"+id+"/events", "/v1/models", "/v1/open", "/v1/examples/"+id, "/nothing/"+id)
	var media []string
	for m := range bodies {
		media = append(media, m)
	}
	m := pick(media...)
	body := mutated(r, bodies[m])
	if r.IntN(5) == 0 {
		body = []byte(nonsense[r.IntN(len(nonsense))])
	}
	query := url.Values{"samples": {"1"}}
	if strings.HasSuffix(path, "impute") {
		query.Set("samples", "2")
	}
	if strings.HasSuffix(path, "open") {
		query.Set("name", "file."+pick("npz", "csv", "tsv", "jsonl", "pkl", "x"))
	}
	if r.IntN(4) == 0 {
		query.Set(pick("samples", "seed", "run", "dialogue", "draws", "parts", "name", "at", "utterance", "other"), nonsense[r.IntN(len(nonsense))])
	}
	method := "POST"
	if strings.HasSuffix(path, "models") || strings.Contains(path, "examples") || strings.HasSuffix(path, "events") {
		method = "GET"
	}
	if r.IntN(8) == 0 {
		method = pick("POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD")
	}
	request := httptest.NewRequest(method, "http://127.0.0.1"+path+"?"+query.Encode(), bytes.NewReader(body))
	if r.IntN(8) == 0 {
		m = pick("", "text/plain", "application/", ";;", "multipart/form-data; boundary=\"", "application/json; charset=utf-16", strings.Repeat("x", 5000))
	}
	request.Header.Set("Content-Type", m)
	if r.IntN(10) == 0 {
		request.Header.Set(pick("Accept", "Last-Event-ID", "Origin", "Sec-Fetch-Site", "Authorization", "If-Match"), pick(nonsense[:20]...))
	}
	if r.IntN(20) == 0 {
		request.Host = pick("", "elsewhere", "[::", "::1]:x", "a:b:c")
	}
	return request
}

// Malformed requests of a seeded generator are answered, or refused with a problem
// document. The server answers good requests afterwards, and nothing is left over.
func TestMalformedRequests(t *testing.T) {
	trained(t, "scores")
	before := goleak.IgnoreCurrent()
	s, err := serve.New(serve.Config{Runs: []string{trained(t, "scores")}, Limits: serve.Limits{MaxUtterances: 30, MaxSamples: 2, MaxConversations: 10, MaxBody: 1, MaxExplain: 4}})
	if err != nil {
		t.Fatal(err)
	}
	conv := talk(3, 3, 1)
	asParts, contentType := parts(t, head(conv), map[string][]float32{"text": make([]float32, 12)})
	bodies := map[string][]byte{"application/json": bodyOf(conv), "application/zip": archive(t, conv), contentType: asParts}
	status := map[int]int{}
	number := *malformed
	if testing.Short() {
		number /= 10
	}
	for i := range number {
		r := rand.New(rand.NewPCG(uint64(i), 17))
		request := malformedRequest(r, bodies)
		recorder := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorder, request)
		status[recorder.Code]++
		a := answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
		switch {
		case a.status >= 200 && a.status < 300, a.status >= 301 && a.status <= 308:
		case a.status == 500:
			t.Errorf("request %d (%s %s): %s", i, request.Method, request.URL, a.body)
		default:
			refusal(t, a, a.status)
		}
	}
	if status[200] == 0 || status[400] == 0 || status[404] == 0 || status[415] == 0 || status[422] == 0 {
		t.Errorf("got the statuses %v, want good answers and refusals of all kinds", fmt.Sprint(status))
	}
	t.Logf("statuses of %d requests: %v", number, status)
	s.Close()
	goleak.VerifyNone(t, before)
}

// Bytes that are hardly HTTP any more are answered or cut off, and the server goes on.
func TestMalformedBytes(t *testing.T) {
	server := start(t, open(t, serve.Config{Addr: "127.0.0.1:0", Limits: serve.Limits{BodyTimeout: 1, MaxUtterances: 30}}, "scores"))
	body := bodyOf(talk(3, 3, 1))
	good := fmt.Appendf(nil, "POST /v1/predict?samples=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	for i := range 200 {
		r := rand.New(rand.NewPCG(uint64(i), 18))
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(mutated(r, good)) // it may be cut off before it has written all
		_ = conn.(*net.TCPConn).CloseWrite()
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		text, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) || len(text) > 0 && !bytes.HasPrefix(text, []byte("HTTP/1.")) {
			t.Errorf("request %d: got %.200q, error %v", i, text, err)
		}
		conn.Close()
	}
	into[predicted](t, post(t, server.url+"/v1/predict?samples=1", body), 200)
}
