//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/npz"
	"gsdnet/serve"
)

// The command plays the recording of a conversation with the times of its transcript, and
// where there is none with those of the data file, which may be a table or arrays.
func TestServeMedia(t *testing.T) {
	matrixFolder(t)
	corpus, err := dataset.Open("good.npz", dataset.Fields{Task: erc.NoLabels.String()})
	if err != nil {
		t.Fatal(err)
	}
	corpus.Conversations = corpus.Conversations[:2]
	for i := range corpus.Conversations {
		corpus.Conversations[i].Utterances = corpus.Conversations[i].Utterances[:2]
	}
	table, err := dataset.Tabulate(corpus)
	if err != nil {
		t.Fatal(err)
	}
	arrays := datanpz.Arrays(table)
	arrays.Set("begin", npz.From([]float64{0, 2.5, 1, 3}, 4))
	arrays.Set("end", npz.From([]float64{2, 4, 2, 5}, 4))
	if err := arrays.WriteFile("timed.npz"); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), strings.Fields("data export timed.npz --out plain.csv"), &terminal{out: &out, err: &errs}); code != 0 {
		t.Fatal(errs.String())
	}
	text, err := os.ReadFile("plain.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, add := range []string{",begin,end", ",0,2", ",2.5,00:00:04.000", ",1,2", ",3,5"} {
		lines[i] = strings.TrimRight(lines[i], "\r") + add
	}
	name := corpus.Conversations[0].String()
	for file, content := range map[string]string{
		"timed.csv": strings.Join(lines, "\n") + "\n", filepath.Join("tapes", name+".mp3"): "sound",
		filepath.Join("told", name+".mp3"): "sound", filepath.Join("told", name+".vtt"): "WEBVTT\n\n00:07.000 --> 00:08.000\nyes\n\n00:09.000 --> 00:09.500\nno\n",
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		show, media, from string
		want              []serve.Span
	}{
		{"timed.npz", "tapes", "timed.npz", []serve.Span{{Begin: 0, End: 2}, {Begin: 2.5, End: 4}}},
		{"timed.csv", "tapes", "timed.csv", []serve.Span{{Begin: 0, End: 2}, {Begin: 2.5, End: 4}}},
		{"timed.csv", filepath.Join("told", name+".mp3"), name + ".vtt", []serve.Span{{Begin: 7, End: 8}, {Begin: 9, End: 9.5}}},
	} {
		server := startServer(t, "run", "--show", c.show, "--media", c.media)
		var shown struct {
			Recording struct {
				Type, URL, From string
				Times           []serve.Span
			}
		}
		if err := json.Unmarshal(fetch(t, server.url+"/v1/examples/0"), &shown); err != nil {
			t.Fatal(err)
		}
		if r := shown.Recording; r.From != c.from || !slices.Equal(r.Times, c.want) || r.Type != "audio/mpeg" {
			t.Errorf("%s, %s: got %+v, want %v of %s", c.show, c.media, r, c.want, c.from)
		}
		if got := string(fetch(t, server.url+shown.Recording.URL)); got != "sound" {
			t.Errorf("got %q, want the recording", got)
		}
		if code := server.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("got exit code %d, want 0", code)
		}
	}
}

// Times that cannot be read are refused with the name of the file.
func TestDataTimesRefused(t *testing.T) {
	dir := t.TempDir()
	for i, text := range []string{"begin,end\n1,x\n", "begin,end\n1\n"} {
		path := filepath.Join(dir, fmt.Sprint(i)+".csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := dataTimes(path); err == nil || !strings.HasPrefix(err.Error(), path+": the times of its rows cannot be read") {
			t.Errorf("%q: got %v, want an error that names the file", text, err)
		}
	}
	path := filepath.Join(dir, "short.npz")
	arrays := &npz.File{}
	arrays.Set("begin", npz.From([]float64{0, 1}, 2))
	arrays.Set("end", npz.From([]float64{1}, 1))
	if err := arrays.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := dataTimes(path); err == nil || !strings.Contains(err.Error(), "it has 2 times begin and 1 times end") {
		t.Errorf("got %v, want an error that says how many there are", err)
	}
}

// fetch returns the body of an address.
func fetch(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: got status %d, %v, %s", url, response.StatusCode, err, body)
	}
	return body
}
