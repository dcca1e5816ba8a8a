package serve_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/serve"
)

// tape is what a recording of the tests holds.
const tape = "0123456789abcdefghij"

// studio is a folder with a data file of conversations of 5 and 3 utterances, both of the test
// split, and a folder of recordings.
func studio(t *testing.T, files ...string) (show, media string) {
	t.Helper()
	dir := t.TempDir()
	show, media = filepath.Join(dir, "talks.npz"), filepath.Join(dir, "media")
	c := labelled(erc.Scores)
	c.Conversations = []erc.Conversation{talk(1, 5, 2), talk(2, 3, 1)}
	for i := range c.Conversations {
		c.Conversations[i].Split = erc.Test
	}
	if err := npz.Write(show, c); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		put(t, filepath.Join(media, file), tape)
	}
	return show, media
}

// put writes a file and the folders above it.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// spans reads a transcript of the tests: one turn of a second for each byte.
func spans(path string) ([]serve.Span, error) {
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "broken") {
		return nil, errors.New("it is broken")
	}
	var out []serve.Span
	for i := range text {
		out = append(out, serve.Span{Begin: float64(i), End: float64(i + 1)})
	}
	return out, nil
}

// recording is a part of the answer of /v1/examples/{id}.
type recording struct {
	Name, Type, URL, From, Note string
	Times                       []serve.Span
}

// recordingOf returns the recording of an example, nil without one.
func recordingOf(t *testing.T, url, id string, header ...string) *recording {
	t.Helper()
	return into[struct{ Recording *recording }](t, send(t, "GET", url+"/v1/examples/"+id, nil, header...), 200).Recording
}

// A recording belongs to the conversation of its name, is sent whole and in ranges with a type
// of the list, and has the times of the transcript beside it.
func TestRecordings(t *testing.T) {
	show, media := studio(t, "deep/dialogue 1.WAV", "2.mp3", "2.mp4", "notes.txt")
	put(t, filepath.Join(media, "deep", "dialogue 1.vtt"), "12345")
	put(t, filepath.Join(media, "2.srt"), "12")
	url := listen(t, open(t, serve.Config{Show: []string{show}, Media: serve.Media{Paths: []string{media}, Transcript: spans}}, "scores"))
	first, second := recordingOf(t, url, "0"), recordingOf(t, url, "1")
	if first == nil || first.Name != "dialogue 1.WAV" || first.Type != "audio/wav" || first.From != "dialogue 1.vtt" || len(first.Times) != 5 || first.Times[4] != (serve.Span{Begin: 4, End: 5}) || first.Note != "" {
		t.Errorf("got %+v, want the recording in the subfolder with its times", first)
	}
	if second == nil || second.Type != "video/mp4" || second.Times != nil || second.Note != "The transcript 2.srt has 2 turns, and the conversation has 3 utterances." {
		t.Errorf("got %+v, want the video, and why it has no times", second)
	}
	whole := send(t, "GET", url+first.URL, nil)
	if whole.status != 200 || string(whole.body) != tape || whole.header.Get("Content-Type") != "audio/wav" || whole.header.Get("X-Content-Type-Options") != "nosniff" ||
		whole.header.Get("Cross-Origin-Resource-Policy") != "same-origin" || !strings.Contains(whole.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("got status %d, %v, %q, want the recording", whole.status, whole.header, whole.body)
	}
	part := send(t, "GET", url+first.URL, nil, "Range", "bytes=10-12")
	if part.status != http.StatusPartialContent || string(part.body) != "abc" || part.header.Get("Content-Range") != "bytes 10-12/20" {
		t.Errorf("got status %d, %q of %s, want bytes 10 to 12", part.status, part.body, part.header.Get("Content-Range"))
	}
	if a := send(t, "GET", url+first.URL, nil, "Range", "bytes=99-"); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("got status %d of a range after the end, want 416", a.status)
	}
	if a := send(t, "GET", url+first.URL, nil, "If-None-Match", whole.header.Get("ETag")); a.status != http.StatusNotModified {
		t.Errorf("got status %d, want 304", a.status)
	}
	if a := send(t, "HEAD", url+first.URL, nil); a.status != 200 || a.header.Get("Content-Length") != "20" {
		t.Errorf("HEAD: got status %d, %v", a.status, a.header)
	}
	list := into[serve.Examples](t, send(t, "GET", url+"/v1/examples", nil), 200).Examples
	if !list[0].Recording || !list[1].Recording {
		t.Errorf("got %+v, want recordings of both", list)
	}
}

// A transcript with more turns than the conversation has utterances gives each utterance the
// turn of its number. Without a transcript, the times are those of the rows of the data file.
func TestRecordingTimes(t *testing.T) {
	show, media := studio(t, "1.wav", "2.wav")
	c := labelled(erc.Scores)
	c.Conversations = []erc.Conversation{talk(1, 5, 2), talk(2, 3, 1)}
	for i := range c.Conversations {
		c.Conversations[i].Split = erc.Test
	}
	c.Conversations[0].Utterances[4].Turn = 6 // two turns before it were left out
	if err := npz.Write(show, c); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(media, "1.eaf"), "12345678")
	rows := func(string) ([]serve.Span, error) {
		out := make([]serve.Span, 8)
		for i := range out {
			out[i] = serve.Span{Begin: float64(10 * i), End: float64(10*i + 5)}
		}
		return out, nil
	}
	url := listen(t, open(t, serve.Config{Show: []string{show}, Media: serve.Media{Paths: []string{media}, Transcript: spans, Data: rows}}, "scores"))
	if got, want := recordingOf(t, url, "0").Times, []serve.Span{{Begin: 0, End: 1}, {Begin: 1, End: 2}, {Begin: 2, End: 3}, {Begin: 3, End: 4}, {Begin: 6, End: 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: the turns by their numbers", got, want)
	}
	second := recordingOf(t, url, "1")
	if want := []serve.Span{{Begin: 50, End: 55}, {Begin: 60, End: 65}, {Begin: 70, End: 75}}; !slices.Equal(second.Times, want) || second.From != "talks.npz" {
		t.Errorf("got %+v, want %v of talks.npz", second, want)
	}
}

// No name, link or number leads to a file that is not a recording of the folder.
func TestRecordingsAreConfined(t *testing.T) {
	show, media := studio(t, "1.wav")
	outside := t.TempDir()
	put(t, filepath.Join(outside, "2.wav"), "secret")
	put(t, filepath.Join(outside, "1.vtt"), "secret")
	put(t, filepath.Join(media, ".hidden", "2.wav"), "secret")
	for link, to := range map[string]string{"2.wav": filepath.Join(outside, "2.wav"), "out": outside, "1.vtt": filepath.Join(outside, "1.vtt"), "up": ".."} {
		if err := os.Symlink(to, filepath.Join(media, link)); err != nil {
			t.Fatal(err)
		}
	}
	read := func(path string) ([]serve.Span, error) {
		t.Errorf("the transcript %s was read, which lies outside", path)
		return nil, nil
	}
	s := open(t, serve.Config{Show: []string{show}, Media: serve.Media{Paths: []string{media}, Transcript: read}}, "scores")
	url := listen(t, s)
	if got := recordingOf(t, url, "1"); got != nil {
		t.Errorf("got %+v, want no recording: it lies outside", got)
	}
	refusal(t, send(t, "GET", url+"/v1/examples/1/recording", nil), 404)
	for _, path := range []string{"2/recording", "-1/recording", "0%2f..%2f..%2fsecret/recording", "..%2f..%2f2.wav/recording", "0/recording/..%2f..%2f2.wav", "0/recording%2f..%2f..%2f2.wav", "0/recording%00", "0/2.wav", "0x0/recording", "99999999999999999999/recording"} {
		a := send(t, "GET", url+"/v1/examples/"+path, nil)
		if a.status/100 != 4 || strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), outside) {
			t.Errorf("%s: got status %d, %s, want a refusal", path, a.status, a.body)
		}
	}
	// A file that is replaced by a link while the server runs.
	if err := os.Remove(filepath.Join(media, "1.wav")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "2.wav"), filepath.Join(media, "1.wav")); err != nil {
		t.Fatal(err)
	}
	if a := send(t, "GET", url+"/v1/examples/0/recording", nil); a.status != 404 || strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), media) {
		t.Errorf("got status %d, %s, want a refusal", a.status, a.body)
	}
	refusal(t, send(t, "POST", url+"/v1/examples/0/recording", nil), http.StatusMethodNotAllowed)
	refusal(t, send(t, "GET", url+"/v1/examples/0/recording", nil, "Host", "elsewhere.example"), http.StatusMisdirectedRequest)
}

// A server with a token sends a recording to whoever has the token or the ticket of its
// address, and a ticket opens nothing else.
func TestRecordingTickets(t *testing.T) {
	show, media := studio(t, "1.wav", "2.wav")
	config := serve.Config{Token: token, Show: []string{show}, Media: serve.Media{Paths: []string{media}}}
	url, other := listen(t, open(t, config, "scores")), listen(t, open(t, config, "scores"))
	bearer := []string{"Authorization", "Bearer " + token}
	one := recordingOf(t, url, "0", bearer...)
	path, ticket, ok := strings.Cut(one.URL, "?")
	if !ok || strings.Contains(one.URL, token) {
		t.Fatalf("got %s, want a ticket, and not the token", one.URL)
	}
	for _, a := range []answer{send(t, "GET", url+path, nil, bearer...), send(t, "GET", url+one.URL, nil), send(t, "GET", url+one.URL, nil, "Range", "bytes=0-3")} {
		if a.status/100 != 2 || !strings.HasPrefix(tape, string(a.body)) {
			t.Errorf("got status %d, %s, want the recording", a.status, a.body)
		}
	}
	until, proof, _ := strings.Cut(ticket, "&")
	if strings.HasPrefix(until, "ticket=") {
		until, proof = proof, until
	}
	for _, to := range []string{
		url + path, url + "/v1/examples/1/recording?" + ticket, url + "/v1/examples/0?" + ticket, url + "/v1/models?" + ticket, other + one.URL,
		url + path + "?" + proof, url + path + "?" + until, url + path + "?until=99999999999&" + proof, url + path + "?until=1&" + proof, url + path + "?" + until + "&ticket=", url + path + "?" + ticket[:len(ticket)-2],
	} {
		refusal(t, send(t, "GET", to, nil), 401)
	}
	refusal(t, send(t, "POST", url+one.URL, nil), 401)
}

// Recordings that cannot be meant are refused before anything is served, and a reload finds
// new ones.
func TestRecordingsRefused(t *testing.T) {
	show, media := studio(t, "1.wav", "notes.txt")
	empty := t.TempDir()
	put(t, filepath.Join(empty, "someone else.wav"), tape)
	for _, c := range []struct {
		show, media []string
		want        string
	}{
		{[]string{show}, []string{"absent"}, "absent: no such file or folder"},
		{[]string{show}, []string{filepath.Join(media, "notes.txt")}, "notes.txt: it is not a recording of a known kind"},
		{[]string{show}, []string{empty}, "none of its 1 recordings has the name of a conversation of --show"},
		{nil, []string{media}, "there are no conversations that they belong to"},
	} {
		_, err := serve.New(serve.Config{Runs: []string{trained(t, "scores")}, Show: c.show, Media: serve.Media{Paths: c.media}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	s := open(t, serve.Config{Show: []string{show}, Media: serve.Media{Paths: []string{filepath.Join(media, "1.wav"), empty}, Transcript: spans}}, "scores")
	url := listen(t, s)
	if got := recordingOf(t, url, "0"); got == nil || got.Times != nil || got.Note != "" {
		t.Errorf("got %+v, want a recording without times", got)
	}
	put(t, filepath.Join(empty, "2.ogg"), tape)
	put(t, filepath.Join(media, "1.csv"), "broken")
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := recordingOf(t, url, "1"); got == nil || got.Type != "audio/ogg" {
		t.Errorf("got %+v, want the recording that is new", got)
	}
	if got := recordingOf(t, url, "0"); got.Note != "The transcript 1.csv cannot be read." {
		t.Errorf("got %+v, want a note", got)
	}
}
