package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/rundir"
	"gsdnet/serve"
	"gsdnet/train"
)

// runs are two small runs that are trained once for all tests: "scores" and "classes".
var runs struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if runs.dir != "" {
		os.RemoveAll(runs.dir)
	}
	os.Exit(code)
}

// trained returns the directory of a small run.
func trained(t testing.TB, name string) string {
	t.Helper()
	dir, err := trainedDir(name)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// trainedDir is trained where there is no test.
func trainedDir(name string) (string, error) {
	runs.once.Do(func() {
		if runs.dir, runs.err = os.MkdirTemp("", "gsdnet-serve-"); runs.err != nil {
			return
		}
		for name, task := range map[string]erc.Task{"scores": erc.Scores, "classes": erc.Classes} {
			if err := trainOne(filepath.Join(runs.dir, name), task); err != nil {
				runs.err = err
			}
		}
	})
	return filepath.Join(runs.dir, name), runs.err
}

// trainOne trains a run whose predictions read draws, so that samples differ and take time.
func trainOne(dir string, task erc.Task) error {
	config := rundir.DefaultConfig()
	for _, setting := range []string{"train.epochs=1", "gsdnet.width=8", "gsdnet.hidden=8", "gsdnet.blocks=1", "gsdnet.prior.rank=4", "gsdnet.sampler.steps=2", "gsdnet.head_draws=1"} {
		if err := config.Set(setting); err != nil {
			return err
		}
	}
	corpus := synthetic.New(synthetic.Config{Train: 6, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 12, Dims: dims})
	if task == erc.Classes {
		corpus.Task, corpus.NumClasses = erc.Classes, 3
		for i := range corpus.Conversations {
			for j := range corpus.Conversations[i].Utterances {
				corpus.Conversations[i].Utterances[j].Class = int32((i + j) % 3)
			}
		}
	}
	backend, err := engine.Open("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	_, err = train.Fit(context.Background(), train.Options{Config: config, Corpus: corpus, Out: dir, Backend: backend})
	return err
}

// dims are the widths of the runs.
var dims = [erc.NumModalities]int{4, 3, 2}

// talk returns conversation number id of n utterances with holes, of a seed.
func talk(id int32, n int, seed uint64) erc.Conversation {
	once := min(n, 100) // longer conversations repeat themselves
	c := synthetic.New(synthetic.Config{Train: 1, MinTurns: once, MaxTurns: once, Dims: dims, Seed: seed}).Conversations[0]
	c.ID = id
	for len(c.Utterances) < n {
		c.Utterances = append(c.Utterances, c.Utterances[len(c.Utterances)-once])
	}
	for i := range c.Utterances {
		u := &c.Utterances[i]
		u.Turn = i
		u.Present = erc.Present(1 + (i+int(seed))%7)
		for _, m := range erc.Modalities {
			if !u.Present.Has(m) {
				u.Features[m] = nil
			}
		}
	}
	return c
}

// corpus makes a corpus of a conversation.
func corpus(conv erc.Conversation) *erc.Corpus {
	return &erc.Corpus{Task: erc.NoLabels, Dims: dims, Conversations: []erc.Conversation{conv}}
}

// bodyOf is the JSON body of a conversation.
func bodyOf(conv erc.Conversation) []byte {
	type item struct {
		Turn    int       `json:"turn"`
		Speaker int32     `json:"speaker"`
		Text    []float32 `json:"text"`
		Audio   []float32 `json:"audio"`
		Visual  []float32 `json:"visual"`
	}
	var items []item
	for _, u := range conv.Utterances {
		items = append(items, item{u.Turn, int32(u.Speaker), u.Features[0], u.Features[1], u.Features[2]})
	}
	text, err := json.Marshal(map[string]any{"dialogue": conv.ID, "utterances": items})
	if err != nil {
		panic(err)
	}
	return text
}

// open returns a server of runs, which is closed at the end of the test.
func open(t testing.TB, c serve.Config, names ...string) *serve.Server {
	t.Helper()
	for _, name := range names {
		c.Runs = append(c.Runs, trained(t, name))
	}
	s, err := serve.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// listen serves on a free port, and returns the URL.
func listen(t testing.TB, s *serve.Server) string {
	t.Helper()
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// post sends a JSON body.
func post(t testing.TB, url string, body []byte) answer {
	t.Helper()
	return send(t, http.MethodPost, url, body, "Content-Type", "application/json")
}

// send sends a request with pairs of headers.
func send(t testing.TB, method, url string, body []byte, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
			continue
		}
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, text}
}

// into decodes an answer that must have a status.
func into[T any](t testing.TB, a answer, status int) T {
	t.Helper()
	var out T
	if a.status != status {
		t.Fatalf("got status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return out
}

// refusal checks that an answer is a problem document of a status, and returns it.
func refusal(t testing.TB, a answer, status int) serve.Problem {
	t.Helper()
	if got, want := a.header.Get("Content-Type"), "application/problem+json"; got != want {
		t.Fatalf("status %d: got a %s, want a %s: %s", a.status, got, want, a.body)
	}
	p := into[serve.Problem](t, a, status)
	if p.Status != status || p.Title == "" || p.Detail == "" {
		t.Fatalf("got %s, want a title, a detail and status %d", a.body, status)
	}
	return p
}

// predicted is the answer of /v1/predict.
type predicted struct {
	Run        string
	Samples    int
	Seed       uint64
	Utterances []struct {
		Turn     int
		Speaker  any
		Observed string
		Score    *gsdnet.Score
		Class    *gsdnet.Class
	}
}

// offline is what the run itself says, as far as the answer has it.
func offline(t testing.TB, run *gsdnet.Run, conv erc.Conversation, o gsdnet.Options) []string {
	t.Helper()
	all, err := run.Predict(t.Context(), corpus(conv), o)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range all {
		out = append(out, text(p.Turn, p.Observed, p.Score, p.Class))
	}
	return out
}

// online is the same of an answer.
func (p *predicted) online() []string {
	var out []string
	for _, u := range p.Utterances {
		out = append(out, text(u.Turn, u.Observed, u.Score, u.Class))
	}
	return out
}

func text(turn int, observed string, score *gsdnet.Score, class *gsdnet.Class) string {
	return fmt.Sprint(turn, observed, show(score), show(class))
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// opened opens the run itself.
func opened(t testing.TB, name string) *gsdnet.Run {
	t.Helper()
	run, err := gsdnet.Open(trained(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}
