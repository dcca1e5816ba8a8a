package serve_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/serve"
)

// metric reads one number of /metrics, and 0 of one that is not there.
func metric(t testing.TB, url, name string) float64 {
	t.Helper()
	text := send(t, "GET", url+"/metrics", nil).body
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(text)
	if found == nil {
		return 0
	}
	x, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// asking is a request and the answer of the run alone.
type asking struct {
	query string
	body  []byte
	want  []string
}

// askings returns requests of different lengths, holes, samples and seeds.
func askings(t testing.TB, n int) []asking {
	t.Helper()
	run := opened(t, "scores")
	out := make([]asking, n)
	for i := range out {
		conv := talk(int32(i%3), 3+i%9, uint64(i+1))
		if i%4 == 0 { // nothing is missing, so that one completion is computed
			for u := range conv.Utterances {
				conv.Utterances[u] = talk(0, 12, 7).Utterances[0]
				conv.Utterances[u].Turn, conv.Utterances[u].Present = u, erc.All
				conv.Utterances[u].Features = [erc.NumModalities][]float32{{1, 2, 3, float32(i)}, {1, 2, 3}, {1, 2}}
			}
		}
		samples, seed := 1+i%3, uint64(i%2)
		out[i] = asking{
			"samples=" + strconv.Itoa(samples) + "&seed=" + strconv.FormatUint(seed, 10), bodyOf(conv),
			offline(t, run, conv, gsdnet.Options{Samples: samples, Seed: seed}),
		}
	}
	return out
}

// Requests that come together are computed together, and each answer is that of the
// request alone, to the last bit.
func TestBatchesDoNotChangeAnswers(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{Workers: 1}}, "scores"))
	all := askings(t, 48)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			got := into[predicted](t, post(t, url+"/v1/predict?"+all[i].query, all[i].body), 200)
			if !slices.Equal(got.online(), all[i].want) {
				t.Errorf("request %d: got %v, want %v", i, got.online(), all[i].want)
			}
		})
	}
	wg.Wait()
	batches, requests := metric(t, url, "gsdnet_batch_requests_count"), metric(t, url, "gsdnet_batch_requests_sum")
	if requests != 48 || batches >= 48 {
		t.Errorf("%v requests in %v batches, want 48 requests in fewer batches", requests, batches)
	}
}

// A request that cannot be answered does not spoil the others of its batch.
func TestABatchOfGoodAndBad(t *testing.T) {
	var run *gsdnet.Run
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{Workers: 1}, Open: func(dir string) (_ *gsdnet.Run, err error) {
		if run, err = gsdnet.Open(dir); err == nil { // recovered visual features overflow
			scaler := run.Trained().Scaler
			copy(scaler.Mean[erc.Visual], []float32{-math.MaxFloat32, math.MaxFloat32}) // of whatever sign they are
			copy(scaler.Deviation[erc.Visual], []float32{math.MaxFloat32, math.MaxFloat32})
		}
		return run, err
	}}, "scores"))
	good, bad := talk(0, 3, 2), talk(0, 3, 2)
	for u := range good.Utterances {
		good.Utterances[u].Present, bad.Utterances[u].Present = 0b100, 0b010
		good.Utterances[u].Features = [erc.NumModalities][]float32{nil, nil, {1, 2}}
		bad.Utterances[u].Features = [erc.NumModalities][]float32{nil, {1, 2, 3}, nil}
	}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			if i%6 == 0 {
				refusal(t, post(t, url+"/v1/impute?samples=2", bodyOf(bad)), 500)
			} else if a := post(t, url+"/v1/impute?samples=2", bodyOf(good)); a.status != 200 {
				t.Errorf("got status %d, want 200: %s", a.status, a.body)
			}
		})
	}
	wg.Wait()
}

// A client that goes away ends neither the server nor the requests of its batch.
func TestClientsThatGoAway(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{Workers: 1, MaxSamples: 1000}}, "scores"))
	all := askings(t, 12)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			if i%2 == 0 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond)
				defer cancel()
				request, err := http.NewRequestWithContext(ctx, "POST", url+"/v1/predict?samples=1000", bytes.NewReader(all[i].body))
				if err != nil {
					t.Error(err)
					return
				}
				if response, err := http.DefaultClient.Do(request); err == nil {
					response.Body.Close()
				}
				return
			}
			got := into[predicted](t, post(t, url+"/v1/predict?"+all[i].query, all[i].body), 200)
			if !slices.Equal(got.online(), all[i].want) {
				t.Errorf("request %d: got %v, want %v", i, got.online(), all[i].want)
			}
		})
	}
	wg.Wait()
	if got := metric(t, url, "gsdnet_waiting_requests"); got != 0 {
		t.Errorf("%v requests wait still, want none", got)
	}
}

// A request that takes too long is refused with the time limit as a hint.
func TestTimeout(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{Timeout: 1, MaxSamples: 1000, MaxUtterances: 1000000}}, "scores"))
	if p := refusal(t, post(t, url+"/v1/predict?samples=1000", bodyOf(talk(0, 5000, 1))), 504); p.Hint == "" {
		t.Errorf("got %+v without a hint", p)
	}
}

// A server takes so many requests with a body at once, and tells others to come back. Two
// clients that wait for the server to ask for their bodies, and then do not end them, are
// under way as long as the test needs them.
func TestTooManyRequests(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxRequests: 2}}, "scores"))
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 2 {
		body, end := io.Pipe()
		defer end.Close()
		wg.Go(func() {
			request, err := http.NewRequest("POST", url+"/v1/predict", body)
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Expect", "100-continue")
			if response, err := client.Do(request); err == nil {
				response.Body.Close()
			}
		})
		if _, err := end.Write([]byte("{")); err != nil { // the client reads it when it was asked
			t.Fatal(err)
		}
	}
	a := post(t, url+"/v1/predict?samples=1", bodyOf(talk(0, 3, 1)))
	if refusal(t, a, 503); a.header.Get("Retry-After") != "1" {
		t.Errorf("got %v, want a time to come back", a.header)
	}
	into[struct{}](t, send(t, "GET", url+"/v1/models", nil), 200) // has no body
}

// A conversation may have thousands of utterances.
func TestALongConversation(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: takes many seconds")
	}
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{Timeout: 600}}, "scores"))
	got := into[predicted](t, post(t, url+"/v1/predict?samples=1", bodyOf(talk(0, 5000, 1))), 200)
	if len(got.Utterances) != 5000 || got.Utterances[4999].Turn != 4999 {
		t.Errorf("got %d utterances, want 5000", len(got.Utterances))
	}
}
