package serve_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/serve"
)

// update is the state of a conversation that goes on.
type update struct {
	ID string
	predicted
}

// begin begins a conversation and returns the URL of it.
func begin(t testing.TB, url, query string) string {
	t.Helper()
	u := into[update](t, send(t, "POST", url+"/v1/conversations?"+query, nil), 201)
	return url + "/v1/conversations/" + u.ID
}

// itemOf is the JSON of one utterance.
func itemOf(conv erc.Conversation, i int) []byte {
	var body struct{ Utterances []json.RawMessage }
	if err := json.Unmarshal(bodyOf(conv), &body); err != nil {
		panic(err)
	}
	return body.Utterances[i]
}

// event is one server-sent event.
type event struct{ id, kind, data string }

// events reads a stream until it ends, in the background.
func events(t testing.TB, url string, header ...string) <-chan event {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request) //nolint:bodyclose // by the goroutine below
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("got status %d and %s, want a stream of events", response.StatusCode, got)
	}
	out := make(chan event, 100)
	go func() {
		defer close(out)
		defer response.Body.Close()
		var e event
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			key, value, _ := strings.Cut(lines.Text(), ": ")
			switch key {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				e.data = value
			case "":
				if e.kind != "" { // not a sign of life
					out <- e
				}
				e = event{}
			}
		}
	}()
	return out
}

// next returns the next event, which must come soon.
func next(t testing.TB, from <-chan event) event {
	t.Helper()
	select {
	case e := <-from:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
		return event{}
	}
}

// After every utterance the answer and the stream have the emotions of the conversation so
// far, which are those of the run for the same utterances.
func TestAConversationGoesOn(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	run, conv := opened(t, "scores"), talk(5, 4, 2)
	one := begin(t, url, "dialogue=5&samples=2&seed=3")
	stream := events(t, one)
	if e := next(t, stream); e.kind != "emotions" || e.id != "0" {
		t.Errorf("got %+v, want the empty conversation", e)
	}
	for i := range conv.Utterances {
		got := into[update](t, post(t, one+"/utterances", itemOf(conv, i)), 200)
		short := conv
		short.Utterances = conv.Utterances[:i+1]
		want := offline(t, run, short, gsdnet.Options{Samples: 2, Seed: 3})
		if !slices.Equal(got.online(), want) {
			t.Errorf("after utterance %d: got %v, want %v", i, got.online(), want)
		}
		e := next(t, stream)
		var streamed update
		if err := json.Unmarshal([]byte(e.data), &streamed); err != nil || e.kind != "emotions" || e.id != fmt.Sprint(i+1) || !slices.Equal(streamed.online(), want) {
			t.Errorf("the stream after utterance %d: got %+v, error %v, want %v", i, e, err, want)
		}
	}
	latest := into[update](t, send(t, "GET", one, nil), 200)
	if len(latest.Utterances) != len(conv.Utterances) {
		t.Errorf("got %d utterances, want %d", len(latest.Utterances), len(conv.Utterances))
	}
	late := events(t, one, "Last-Event-ID", "4") // a client that has seen all of it
	if a := send(t, "DELETE", one, nil); a.status != 204 {
		t.Errorf("DELETE: got status %d, want 204", a.status)
	}
	for name, from := range map[string]<-chan event{"the stream": stream, "the late stream": late} {
		if e := next(t, from); e.kind != "end" || e.data != `{"reason":"it was ended"}` {
			t.Errorf("%s: got %+v, want the end", name, e)
		}
		if e, more := <-from; more {
			t.Errorf("%s: got %+v after the end", name, e)
		}
	}
	refusal(t, send(t, "GET", one, nil), 404)
	refusal(t, post(t, one+"/utterances", itemOf(conv, 0)), 404)
}

// An utterance that is refused changes nothing.
func TestARefusedUtteranceIsNotKept(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxUtterances: 2}}, "scores"))
	one := begin(t, url, "samples=1")
	into[update](t, post(t, one+"/utterances", []byte(`{"text":[1,2,3,4],"turn":7,"speaker":"ann"}`)), 200)
	for body, place := range map[string]string{
		`{"text":[1,2,3],"speaker":"ann"}`:            "body.text",
		`{"speaker":"ann"}`:                           "body",
		`{"text":[1,2,3,4],"speaker":1}`:              "body.speaker",
		`{"text":[1,2,3,4],"turn":7,"speaker":"ann"}`: "body.turn",
		`{"utterances":[]}`:                           "body",
		`{"text":[1,2,3,4],"speaker":"a"} more`:       "body",
	} {
		a := post(t, one+"/utterances", []byte(body))
		if p := refusal(t, a, a.status); len(p.Errors) != 1 || p.Errors[0].Location != place {
			t.Errorf("%s: got %s, want the place %s", body, a.body, place)
		}
	}
	if got := into[update](t, send(t, "GET", one, nil), 200); len(got.Utterances) != 1 {
		t.Errorf("got %d utterances, want 1", len(got.Utterances))
	}
	into[update](t, post(t, one+"/utterances", []byte(`{"text":[1,2,3,4],"speaker":"bob"}`)), 200)
	refusal(t, post(t, one+"/utterances", []byte(`{"text":[1,2,3,4],"speaker":"bob"}`)), 413)
}

// Conversations are limited in number and in time.
func TestConversationsEnd(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxConversations: 2, Keep: 3}}, "scores"))
	first := begin(t, url, "")
	begin(t, url, "")
	if a := send(t, "POST", url+"/v1/conversations", nil); refusal(t, a, 503).Hint == "" || a.header.Get("Retry-After") == "" {
		t.Errorf("got %s without a hint or a time", a.body)
	}
	stream := events(t, first)
	next(t, stream)
	if e := next(t, stream); e.kind != "end" || !strings.Contains(e.data, "not used") {
		t.Errorf("got %+v, want the end", e)
	}
	begin(t, url, "") // there is room again
}
