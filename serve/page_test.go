package serve_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet"
	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/serve"
	"gsdnet/serve/web"
)

// The page is served with a policy that lets it load and reach nothing but this server, and
// needs no token itself.
func TestPage(t *testing.T) {
	url := listen(t, open(t, serve.Config{Page: web.Files(), Token: token}, "scores"))
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/app.js": "text/javascript; charset=utf-8", "/app.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml"} {
		a := send(t, "GET", url+path, nil)
		if got := a.header.Get("Content-Type"); a.status != 200 || got != kind {
			t.Errorf("GET %s: got status %d and a %s, want a %s", path, a.status, got, kind)
		}
		policy := a.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "media-src 'self' blob:", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("GET %s: got the policy %q, want %s in it", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("GET %s: got the policy %q, want nothing unsafe in it", path, policy)
		}
		if again := send(t, "GET", url+path, nil, "If-None-Match", a.header.Get("ETag")); again.status != 304 || len(again.body) != 0 {
			t.Errorf("GET %s again: got status %d and %d bytes, want 304 and none", path, again.status, len(again.body))
		}
	}
	refusal(t, send(t, "GET", url+"/index.html/..%2f", nil), 401)
	refusal(t, send(t, "GET", url+"/v1/examples", nil), 401)
}

// shown is the answer of /v1/examples/{id}, and a part of that of /v1/open.
type shown struct {
	Name         string
	Conversation json.RawMessage
	Labels       []*float32
	Classes      []*int32
}

// The examples are the test conversations of a file with their labels, and can be sent as
// they are.
func TestExamples(t *testing.T) {
	dir := t.TempDir()
	for _, task := range []erc.Task{erc.Scores, erc.Classes} {
		file := filepath.Join(dir, task.String()+".npz")
		c := labelled(task)
		if err := npz.Write(file, c); err != nil {
			t.Fatal(err)
		}
		url := listen(t, open(t, serve.Config{Show: []string{file}}, task.String()))
		list := into[serve.Examples](t, send(t, "GET", url+"/v1/examples", nil), 200).Examples
		if len(list) != 1 || list[0].Utterances != 5 || list[0].File != task.String()+".npz" || list[0].Widths.Audio != 3 {
			t.Fatalf("got %+v, want the conversation of the test split", list)
		}
		one := into[shown](t, send(t, "GET", url+"/v1/examples/0", nil), 200)
		if task == erc.Scores && (len(one.Labels) != 5 || one.Labels[0] == nil || *one.Labels[0] != 1.5 || one.Labels[1] != nil) {
			t.Errorf("got labels %v, want 1.5, nothing, …", one.Labels)
		}
		if task == erc.Classes && (len(one.Classes) != 5 || one.Classes[0] == nil || *one.Classes[0] != 2 || one.Classes[1] != nil) {
			t.Errorf("got classes %v, want 2, nothing, …", one.Classes)
		}
		got := into[predicted](t, post(t, url+"/v1/predict?samples=3", one.Conversation), 200)
		want := offline(t, opened(t, task.String()), c.Conversations[1], gsdnet.Options{Samples: 3})
		if !slices.Equal(got.online(), want) {
			t.Errorf("got %v, want %v", got.online(), want)
		}
		refusal(t, send(t, "GET", url+"/v1/examples/1", nil), 404)
		refusal(t, send(t, "GET", url+"/v1/examples/-1", nil), 422)
	}
}

// A reload reads the files of the examples again. A file that has become unreadable leaves
// them as they were.
func TestExamplesAreReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npz")
	c := labelled(erc.Scores)
	keep := func() {
		t.Helper()
		if err := npz.Write(file, c); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	s := open(t, serve.Config{Show: []string{file}}, "scores")
	url := listen(t, s)
	names := func() (out []string) {
		for _, e := range into[serve.Examples](t, send(t, "GET", url+"/v1/examples", nil), 200).Examples {
			out = append(out, e.Name)
		}
		return out
	}
	if got, want := names(), []string{"dialogue 1"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	c.Conversations[1].ID = 7
	keep()
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if got, want := names(), []string{"dialogue 7"}; !slices.Equal(got, want) {
		t.Errorf("after a reload: got %v, want %v", got, want)
	}
	if err := os.WriteFile(file, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want an error that names %s", err, file)
	}
	if got, want := names(), []string{"dialogue 7"}; !slices.Equal(got, want) {
		t.Errorf("after a reload that failed: got %v, want %v", got, want)
	}
}

// labelled is a corpus of two conversations, of which the second is in the test split.
func labelled(task erc.Task) *erc.Corpus {
	c := &erc.Corpus{Task: task, Dims: dims, Conversations: []erc.Conversation{talk(0, 3, 1), talk(1, 5, 2)}}
	c.Conversations[0].Split, c.Conversations[1].Split = erc.Train, erc.Test
	if task == erc.Classes {
		c.NumClasses = 3
	}
	for i := range c.Conversations {
		for j := range c.Conversations[i].Utterances {
			u := &c.Conversations[i].Utterances[j]
			u.Label, u.Class = float32(math.NaN()), erc.Unlabelled
			if j == 0 {
				u.Label, u.Class = 1.5, 2
			}
		}
	}
	return c
}

// A server does not start with a file whose features no run takes, or that there is not.
func TestExamplesRefused(t *testing.T) {
	wide := filepath.Join(t.TempDir(), "wide.npz")
	if err := npz.Write(wide, &erc.Corpus{Task: erc.NoLabels, Dims: [3]int{5, 3, 2}, Conversations: []erc.Conversation{{Utterances: []erc.Utterance{
		{Present: erc.None.With(erc.Text), Features: [3][]float32{{1, 2, 3, 4, 5}}},
	}}}}); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{wide: "features are 5, 3 and 2 wide, and the run scores takes 4, 3 and 2", "absent.npz": "absent.npz: no such file"} {
		if _, err := serve.New(serve.Config{Runs: []string{trained(t, "scores")}, Show: []string{file}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A data file of any format becomes a conversation, without labels, and nothing is left of
// it on the disk.
func TestOpenFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxBody: 1, MaxUtterances: 10}}, "scores"))
	archive := filepath.Join(t.TempDir(), "a.npz")
	if err := npz.Write(archive, labelled(erc.Scores)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	table := []byte("dialogue,turn,speaker,text,audio,visual\nd,0,ann,\"[1,2,3,4]\",,\nd,1,bob,,\"[1,2,3]\",\"[4,5]\"\n")
	for name, c := range map[string]struct {
		body []byte
		n    int
	}{"a.npz": {whole, 3}, "TALK.CSV": {table, 2}} {
		a := into[struct {
			Conversations []serve.Listed
			Shown         shown
		}](t, send(t, "POST", url+"/v1/open?name="+name, c.body, "Content-Type", "application/octet-stream"), 200)
		if len(a.Conversations) == 0 || a.Conversations[0].Utterances != c.n || a.Shown.Labels != nil {
			t.Errorf("%s: got %+v, want %d utterances without labels", name, a, c.n)
		}
		into[predicted](t, post(t, url+"/v1/predict?samples=2", a.Shown.Conversation), 200)
	}
	for query, c := range map[string]struct {
		status int
		body   []byte
		want   string
	}{
		"name=a.npz&at=2":      {422, whole, "is not below 2"},
		"name=a.npz&at=-1":     {422, whole, "at"},
		"name=a.npz":           {422, whole[:len(whole)/2], "the file"},
		"name=a.csv":           {422, whole, "the file"},
		"name=a.pkl":           {422, []byte("cos\nsystem\n(S'true'\ntR."), "the file"},
		"name=a":               {422, whole, "has no extension"},
		"name=a.exe":           {422, whole, "no format"},
		"name=..%2F..%2Fetc":   {422, whole, "has no extension"},
		"name=synthetic:x":     {422, whole, "has no extension"},
		"name=w.csv":           {422, []byte("dialogue,turn,text\nd,0,\"[1,2]\"\n"), "has 2 features, and the run takes 4"},
		"name=p.csv":           {422, []byte("dialogue,turn,text\nd,0,../../etc/passwd.npy\n"), "outside the folder"},
		"name=long.csv":        {413, []byte("dialogue,turn,text\n" + strings.Repeat("d,0,\"[1,2,3,4]\"\n", 11)), ""},
		"name=big.npz":         {413, bytes.Repeat([]byte{0}, 2<<20), "too large"},
		"run=other&name=a.npz": {404, whole, "no such run"},
	} {
		a := send(t, "POST", url+"/v1/open?"+query, c.body, "Content-Type", "application/octet-stream")
		if query == "name=long.csv" && a.status == 422 {
			continue // the turns repeat, which the reader refuses first
		}
		p := refusal(t, a, c.status)
		if !strings.Contains(string(a.body), c.want) || strings.Contains(string(a.body), folder) || p.Detail == "" {
			t.Errorf("%s: got %s, want %q and no path of the server", query, a.body, c.want)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("got %v, error %v in the folder for temporary files, want nothing", left, err)
	}
	if a := send(t, "POST", url+"/v1/open?name=a.npz", whole, "Origin", "http://elsewhere.example"); a.status != http.StatusForbidden {
		t.Errorf("from another site: got status %d, want 403", a.status)
	}
}

// The draws of /v1/impute are those of the run, of one utterance or of all.
func TestImputeDraws(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	conv := talk(3, 6, 4)
	want, err := opened(t, "scores").Impute(t.Context(), corpus(conv), gsdnet.Options{Samples: 4, Draws: 3})
	if err != nil {
		t.Fatal(err)
	}
	all := into[serve.Recovery](t, post(t, url+"/v1/impute?samples=4&draws=3", bodyOf(conv)), 200).Utterances
	if len(all) != 6 || len(all[0].Draws) != 3 {
		t.Fatalf("got %d utterances, want 6 with 3 draws", len(all))
	}
	one := into[serve.Recovery](t, post(t, url+"/v1/impute?samples=4&draws=3&utterance=2", bodyOf(conv)), 200).Utterances
	if len(one) != 1 || show(one[0]) != show(all[2]) {
		t.Errorf("got %s, want only %s", show(one), show(all[2]))
	}
	for i := range all {
		for k, draw := range all[i].Draws {
			got := [][]float32{draw.Text, draw.Audio, draw.Visual}
			if show(got) != show(want[i].Draws[k]) {
				t.Errorf("utterance %d, draw %d: got %v, want %v", i, k, got, want[i].Draws[k])
			}
		}
	}
	refusal(t, post(t, url+"/v1/impute?samples=4&draws=5", bodyOf(conv)), 422)
	refusal(t, post(t, url+"/v1/impute?samples=4&utterance=6", bodyOf(conv)), 422)
	if plain := into[serve.Recovery](t, post(t, url+"/v1/impute?samples=4", bodyOf(conv)), 200).Utterances; plain[0].Draws != nil {
		t.Errorf("got %v, want no draws", plain[0].Draws)
	}
}
