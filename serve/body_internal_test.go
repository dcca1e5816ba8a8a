package serve

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gsdnet"
	"gsdnet/erc"
)

// large is a body of 96 utterances with features as wide as those of CMU-MOSI: 1.3 MB or
// so.
func large() []byte {
	rng := rand.New(rand.NewPCG(1, 1))
	type item struct {
		Speaker int32     `json:"speaker"`
		Text    []float32 `json:"text"`
		Audio   []float32 `json:"audio"`
		Visual  []float32 `json:"visual"`
	}
	row := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(rng.NormFloat64())
		}
		return out
	}
	items := make([]item, 96)
	for i := range items {
		items[i] = item{int32(i % 2), row(wide[0]), row(wide[1]), row(wide[2])}
	}
	text, err := json.Marshal(map[string]any{"utterances": items})
	if err != nil {
		panic(err)
	}
	return text
}

var wide = [erc.NumModalities]int{1024, 74, 47}

// plain parses a body without checking anything.
func plain(t testing.TB, body []byte) {
	t.Helper()
	var into struct {
		Utterances []struct {
			Speaker             int32
			Text, Audio, Visual []float32
		}
	}
	if err := json.Unmarshal(body, &into); err != nil {
		t.Fatal(err)
	}
}

// checked parses and checks it as a request does.
func checked(t testing.TB, body []byte) {
	t.Helper()
	s := &Server{limits: Limits{MaxUtterances: 100}}
	q, err := s.readJSON(&loaded{about: gsdnet.About{Dims: wide}}, body)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.corpus.Check(); err != nil {
		t.Fatal(err)
	}
}

// To parse and check a body takes at most twice as long as to parse it with the standard
// library alone.
func TestCheckingCostsLessThanParsing(t *testing.T) {
	body := large()
	best := func(do func(testing.TB, []byte)) time.Duration {
		least := time.Hour
		for range 7 {
			began := time.Now()
			do(t, body)
			least = min(least, time.Since(began))
		}
		return least
	}
	parse, both := best(plain), best(checked)
	if text := fmt.Sprintf("%d bytes: %v to parse and check, %v to parse with the standard library", len(body), both, parse); both > 2*parse {
		t.Error(text)
	} else {
		t.Log(text)
	}
}

func BenchmarkBody(b *testing.B) {
	body := large()
	for name, do := range map[string]func(testing.TB, []byte){"parse": plain, "parse and check": checked} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				do(b, body)
			}
		})
	}
}
