package serve_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/serve"
)

// The answers are those of the library, to the last bit, for both tasks.
func TestPredictAnswersWhatTheRunSays(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores", "classes"))
	for _, name := range []string{"scores", "classes"} {
		run, conv := opened(t, name), talk(3, 9, 1)
		got := into[predicted](t, post(t, url+"/v1/predict?samples=3&seed=7&run="+name, bodyOf(conv)), 200)
		if want := offline(t, run, conv, gsdnet.Options{Samples: 3, Seed: 7}); !slices.Equal(got.online(), want) {
			t.Errorf("%s: got %v, want %v", name, got.online(), want)
		}
		if got.Run != name || got.Samples != 3 || got.Seed != 7 {
			t.Errorf("got %s, %d samples, seed %d", got.Run, got.Samples, got.Seed)
		}
		byDefault := into[predicted](t, post(t, url+"/v1/predict?run="+name, bodyOf(conv)), 200)
		if want := offline(t, run, conv, gsdnet.Options{}); !slices.Equal(byDefault.online(), want) || byDefault.Samples != gsdnet.DefaultSamples {
			t.Errorf("%s without settings: got %v, want %v", name, byDefault.online(), want)
		}
	}
}

func TestImputeAnswersWhatTheRunSays(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	run, conv := opened(t, "scores"), talk(3, 9, 1)
	want, err := run.Impute(t.Context(), corpus(conv), gsdnet.Options{Samples: 3, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	got := into[struct {
		Utterances []struct {
			Features, Deviation struct{ Text, Audio, Visual []float32 }
		}
	}](t, post(t, url+"/v1/impute?samples=3&seed=7", bodyOf(conv)), 200)
	if len(got.Utterances) != len(want) {
		t.Fatalf("got %d utterances, want %d", len(got.Utterances), len(want))
	}
	for i, u := range got.Utterances {
		features := [erc.NumModalities][]float32{u.Features.Text, u.Features.Audio, u.Features.Visual}
		deviation := [erc.NumModalities][]float32{u.Deviation.Text, u.Deviation.Audio, u.Deviation.Visual}
		if d := cmp.Diff(want[i].Features, features) + cmp.Diff(want[i].Deviation, deviation); d != "" {
			t.Errorf("utterance %d: %s", i, d)
		}
	}
}

// Every shape of request that is wrong in one place is refused with that place, and the
// refusal repeats nothing of the body.
func TestRefusalsNameThePlace(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxUtterances: 20, MaxSamples: 20}}, "scores", "classes"))
	const secret = "0.123321"
	for _, c := range []struct {
		query, body string
		status      int
		location    string
	}{
		{"run=scores", `{"utterances":[{"text":[1,2,3,4]},{"audio":[` + secret + `,1]}]}`, 422, "body.utterances[1].audio"},
		{"run=scores", `{"utterances":[{"text":[1,2,"` + secret + `",4]}]}`, 422, "body.utterances[0].text"},
		{"run=scores", `{"utterances":[{"text":[1,2,null,4]}]}`, 422, "body.utterances[0].text"},
		{"run=scores", `{"utterances":[{"text":[1,2,[3],4]}]}`, 422, "body.utterances[0].text"},
		{"run=scores", `{"utterances":[{"text":[1,2,1e39,4]}]}`, 422, "body.utterances[0].text"},
		{"run=scores", `{"utterances":[{"text":"` + secret + `"}]}`, 422, "body.utterances[0].text"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4]},{"speaker":"` + secret + `"}]}`, 422, "body.utterances[1].speaker"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4],"speaker":-1}]}`, 422, "body.utterances[0].speaker"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4],"turn":1.5}]}`, 422, "body.utterances[0].turn"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4],"turn":4},{"text":[1,2,3,4],"turn":4}]}`, 422, "body.utterances[1].turn"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4]},{"speaker":1}]}`, 422, "body.utterances[1]"},
		{"run=scores", `{"utterances":[]}`, 422, "body.utterances"},
		{"run=scores", `{}`, 422, "body.utterances"},
		{"run=scores", `{"utterances":"` + secret + `"}`, 422, "body.utterances"},
		{"run=scores", `{"dialogue":-4,"utterances":[{"text":[1,2,3,4]}]}`, 422, "body.dialogue"},
		{"run=scores", `{"` + secret + `":1}`, 422, "body"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4]}]} {}`, 400, "body"},
		{"run=scores", `{"utterances":[{"text":[1,2,3,4]}`, 400, "body"},
		{"run=scores", `{` + secret, 400, "body"},
		{"run=scores", ``, 400, ""},
		{"run=scores&samples=21", string(bodyOf(talk(0, 2, 1))), 422, "query.samples"},
		{"run=scores&samples=" + secret, string(bodyOf(talk(0, 2, 1))), 422, "query.samples"},
		{"run=scores&seed=-1", string(bodyOf(talk(0, 2, 1))), 422, "query.seed"},
		{"run=scores", string(bodyOf(talk(0, 21, 1))), 413, "body.utterances"},
		{"run=" + secret, string(bodyOf(talk(0, 2, 1))), 404, "query.run"},
		{"", string(bodyOf(talk(0, 2, 1))), 422, "query.run"},
	} {
		a := post(t, url+"/v1/predict?"+c.query, []byte(c.body))
		p := refusal(t, a, c.status)
		got := ""
		if len(p.Errors) > 0 {
			got = p.Errors[0].Location
		}
		if got != c.location {
			t.Errorf("%.60s?%s: got the place %q, want %q (%s)", c.body, c.query, got, c.location, a.body)
		}
		if json.Valid([]byte(c.body)) && bytes.Contains(a.body, []byte(secret)) {
			t.Errorf("%.60s: the refusal repeats the body: %s", c.body, a.body)
		}
	}
}

// An explanation is that of the run, with the parts that were asked for.
func TestExplainAnswersWhatTheRunSays(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxExplain: 20, MaxSamples: 20}}, "scores", "classes"))
	for _, name := range []string{"scores", "classes"} {
		run, conv := opened(t, name), talk(3, 9, 1)
		want, err := run.Explain(t.Context(), corpus(conv), gsdnet.ExplainOptions{Samples: 3, Draws: 2, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		got := into[serve.Explained](t, post(t, url+"/v1/explain?samples=3&draws=2&seed=5&run="+name, bodyOf(conv)), 200)
		if d := cmp.Diff(want[0], got.Explanation); d != "" || len(got.Losses) != 6 || got.Samples != 3 || got.Draws != 2 || got.Seed != 5 || got.Run != name {
			t.Errorf("%s: got %+v: %s", name, got.Computed, d)
		}
		got = into[serve.Explained](t, post(t, url+"/v1/explain?parts=filter,spectrum&run="+name, bodyOf(conv)), 200)
		if got.Borrowed == nil || got.Spectra == nil || got.Influence != nil || got.Information != nil || got.Losses != nil {
			t.Errorf("%s: got %+v, want the filter and the spectrum alone", name, got)
		}
	}
}

// What is out of range is refused, by name.
func TestExplainRefuses(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxExplain: 20, MaxSamples: 20}}, "scores"))
	for _, c := range []struct {
		query  string
		body   []byte
		status int
		place  string
	}{
		{"", []byte(`{"utterances":[{"text":[1]}]}`), 422, "body.utterances[0].text"},
		{"", bodyOf(talk(1, 21, 1)), 413, "body.utterances"},
		{"?draws=21", bodyOf(talk(1, 4, 1)), 422, "query.draws"},
		{"?samples=21", bodyOf(talk(1, 4, 1)), 422, "query.samples"},
		{"?parts=secret", bodyOf(talk(1, 4, 1)), 422, "query.parts[0]"},
	} {
		if p := refusal(t, post(t, url+"/v1/explain"+c.query, c.body), c.status); p.Errors[0].Location != c.place {
			t.Errorf("%s: got %+v, want the place %s", c.query, p, c.place)
		}
	}
}
