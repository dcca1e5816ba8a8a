package serve_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gsdnet"
	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/npz"
	"gsdnet/serve"
)

// archive is a conversation as the bytes of a .npz file.
func archive(t testing.TB, convs ...erc.Conversation) []byte {
	t.Helper()
	table, err := dataset.Tabulate(&erc.Corpus{Task: erc.NoLabels, Dims: dims, Conversations: convs})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := datanpz.Arrays(table).Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// parts is a conversation as multipart/form-data, with features in float32.
func parts(t testing.TB, head string, features map[string][]float32) (body []byte, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.WriteField("conversation", head); err != nil {
		t.Fatal(err)
	}
	for name, values := range features {
		part, err := w.CreateFormField(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := binary.Write(part, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), w.FormDataContentType()
}

// zeros is a small archive of an array of 4 MiB.
func zeros(t testing.TB) []byte {
	t.Helper()
	var stored, packed bytes.Buffer
	file := &npz.File{}
	file.Set("text", npz.From(make([]float32, 1<<20), 1<<18, 4))
	if err := file.Write(&stored); err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(stored.Bytes()), int64(stored.Len()))
	if err != nil {
		t.Fatal(err)
	}
	array, err := from.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	to := zip.NewWriter(&packed)
	entry, err := to.Create(from.File[0].Name) // deflated
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(entry, array); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// head is the JSON of a conversation of n utterances without features, with the speakers
// of conv.
func head(conv erc.Conversation) string {
	var items []string
	for _, u := range conv.Utterances {
		items = append(items, `{"speaker":`+string(rune('0'+u.Speaker))+`}`)
	}
	return `{"dialogue":3,"utterances":[` + strings.Join(items, ",") + `]}`
}

// The three kinds of body of one conversation have the same answer.
func TestBodiesAreEqual(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	conv := talk(3, 9, 1)
	features := map[string][]float32{}
	for _, m := range erc.Modalities {
		for _, u := range conv.Utterances {
			row := u.Features[m]
			if row == nil {
				row = slices.Repeat([]float32{float32(math.NaN())}, dims[m])
			}
			features[m.String()] = append(features[m.String()], row...)
		}
	}
	asParts, contentType := parts(t, head(conv), features)
	want := offline(t, opened(t, "scores"), conv, gsdnet.Options{Samples: 2})
	for media, body := range map[string][]byte{
		"application/json": bodyOf(conv), "application/zip": archive(t, conv), "application/octet-stream": archive(t, conv), contentType: asParts,
	} {
		got := into[predicted](t, send(t, "POST", url+"/v1/predict?samples=2", body, "Content-Type", media), 200)
		if !slices.Equal(got.online(), want) {
			t.Errorf("%s: got %v, want %v", media, got.online(), want)
		}
	}
}

// Speakers may have names; who is who matters, and the answer has the names.
func TestNamesOfSpeakers(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	conv := talk(0, 6, 1)
	for i := range conv.Utterances {
		conv.Utterances[i].Speaker = erc.Speaker(i % 2)
	}
	named := strings.NewReplacer(`"speaker":0`, `"speaker":"ann"`, `"speaker":1`, `"speaker":"bob"`).Replace(string(bodyOf(conv)))
	got := into[predicted](t, post(t, url+"/v1/predict?samples=2", []byte(named)), 200)
	if want := offline(t, opened(t, "scores"), conv, gsdnet.Options{Samples: 2}); !slices.Equal(got.online(), want) {
		t.Errorf("got %v, want %v", got.online(), want)
	}
	if got.Utterances[0].Speaker != "ann" || got.Utterances[1].Speaker != "bob" {
		t.Errorf("got the speakers %v and %v, want ann and bob", got.Utterances[0].Speaker, got.Utterances[1].Speaker)
	}
}

func TestMalformedArchivesAndParts(t *testing.T) {
	url := listen(t, open(t, serve.Config{Limits: serve.Limits{MaxBody: 1, MaxUtterances: 20}}, "scores"))
	conv := talk(3, 4, 1)
	row := func(n int, x float32) []float32 { return slices.Repeat([]float32{x}, n) }
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, c := range map[string]struct {
		head     string
		features map[string][]float32
		body     []byte
		status   int
		location string
	}{
		"two conversations":    {body: archive(t, talk(1, 2, 1), talk(2, 2, 1)), status: 422, location: "body"},
		"half an archive":      {body: archive(t, conv)[:100], status: 422, location: "body"},
		"too long":             {body: archive(t, talk(1, 21, 1)), status: 413, location: "body.utterances"},
		"an archive of zeros":  {body: zeros(t), status: 422, location: "body"}, // unpacks to more than MaxBody
		"a short part":         {head: head(conv), features: map[string][]float32{"text": row(15, 1)}, status: 422, location: "body.text"},
		"an infinite value":    {head: head(conv), features: map[string][]float32{"text": append(row(15, 1), inf)}, status: 422, location: "body.text[3]"},
		"a value that is none": {head: head(conv), features: map[string][]float32{"text": append(row(15, 1), nan)}, status: 422, location: "body.text[3]"},
		"an unknown part":      {head: head(conv), features: map[string][]float32{"video": row(16, 1)}, status: 422, location: "body"},
		"features twice":       {head: `{"utterances":[{"text":[1,2,3,4]}]}`, features: map[string][]float32{"text": row(4, 1)}, status: 422, location: "body.conversation.utterances[0].text"},
		"nothing observed":     {head: head(conv), features: map[string][]float32{"text": row(16, nan)}, status: 422, location: "body.utterances[0]"},
	} {
		media := "application/zip"
		if c.head != "" {
			c.body, media = parts(t, c.head, c.features)
		}
		p := refusal(t, send(t, "POST", url+"/v1/predict?samples=2", c.body, "Content-Type", media), c.status)
		if len(p.Errors) != 1 || p.Errors[0].Location != c.location {
			t.Errorf("%s: got %+v, want the place %s", name, p, c.location)
		}
		if name == "an archive of zeros" && !strings.Contains(p.Errors[0].Message, "the arrays take 4194432 bytes, more than 1048576") {
			t.Errorf("%s: got %q, want that the arrays are too large", name, p.Errors[0].Message)
		}
	}
	for _, media := range []string{"multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "a/b/c;", "application/x-www-form-urlencoded"} {
		a := send(t, "POST", url+"/v1/predict", bodyOf(conv), "Content-Type", media)
		if a.status != 415 && a.status != 400 {
			t.Errorf("%s: got status %d, want 400 or 415", media, a.status)
		}
		refusal(t, a, a.status)
	}
	large := slices.Repeat([]byte(" "), 2<<20)
	streamed, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/predict", io.MultiReader(bytes.NewReader(large))) // of a length that is not known
	if err != nil {
		t.Fatal(err)
	}
	streamed.Header.Set("Content-Type", "application/json")
	if response, err := http.DefaultClient.Do(streamed); err == nil {
		if response.Body.Close(); response.StatusCode != 413 {
			t.Errorf("a body of no known length: got status %d, want 413", response.StatusCode)
		}
	}
	a := post(t, url+"/v1/predict", large)
	if p := refusal(t, a, 413); !strings.Contains(p.Hint, "--max-body") {
		t.Errorf("got %+v, want a hint about --max-body", p)
	}
}
