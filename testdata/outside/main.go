// Outside uses the library as a program in another module does: with corpora made in
// memory, from several goroutines, and without trust. It prints what is wrong and
// exits with 1, or prints "ok". Its argument is the directory of a run of audio 3,
// text 4 and visual 2 wide.
package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"go.uber.org/goleak"

	"gsdnet"
	"gsdnet/erc"
)

const (
	lengths     = 60
	predictions = 500
	callers     = 8
	samples     = 2
)

var ctx = context.Background()

func main() {
	before := goleak.IgnoreCurrent()
	run, err := gsdnet.Open(os.Args[1])
	check(err)
	all := conversations()
	alone := make([][]gsdnet.Prediction, lengths)
	for i := range all {
		alone[i] = predict(run, all, i)
	}
	half := batches(run, all, alone, 1)
	whole := batches(run, all, alone, 2)
	if whole > half+half/4+4<<20 {
		fail("memory grew from %d to %d bytes", half, whole)
	}
	malformed(run, all)
	closing(run, all)
	check(goleak.Find(before))
	fmt.Println("ok")
}

// batches makes half of the predictions and returns the memory in use after them.
func batches(run *gsdnet.Run, all []erc.Conversation, alone [][]gsdnet.Prediction, seed uint64) uint64 {
	var left atomic.Int64
	left.Store(predictions / 2)
	var wg sync.WaitGroup
	for caller := range uint64(callers) {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, caller))
			for left.Add(-1) >= 0 {
				chosen := rng.Perm(lengths)[:1+rng.IntN(12)]
				got := predict(run, all, chosen...)
				for _, i := range chosen {
					n := len(all[i].Utterances)
					if !reflect.DeepEqual(got[:n], alone[i]) {
						fail("conversation %d of %d utterances differs in the batch %v", i, n, chosen)
					}
					got = got[n:]
				}
			}
		})
	}
	wg.Wait()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

// predict predicts a corpus of some of the conversations.
func predict(run *gsdnet.Run, all []erc.Conversation, chosen ...int) []gsdnet.Prediction {
	done := 0
	out, err := run.Predict(ctx, corpus(all, chosen...), gsdnet.Options{Samples: samples, Progress: func(n int) { done += n }})
	check(err)
	if done != samples*len(chosen) {
		fail("progress ended at %d, want %d", done, samples*len(chosen))
	}
	return out
}

func corpus(all []erc.Conversation, chosen ...int) *erc.Corpus {
	c := &erc.Corpus{Name: "made in memory", Task: erc.NoLabels, Dims: [erc.NumModalities]int{4, 3, 2}}
	for _, i := range chosen {
		c.Conversations = append(c.Conversations, all[i])
	}
	return c
}

// conversations returns one of every length, each with holes.
func conversations() []erc.Conversation {
	rng := rand.New(rand.NewPCG(7, 7))
	out := make([]erc.Conversation, lengths)
	for i := range out {
		out[i] = erc.Conversation{ID: int32(i), Split: erc.Test}
		for turn := range i + 1 {
			out[i].Utterances = append(out[i].Utterances, utterance(rng, turn))
		}
	}
	return out
}

func utterance(rng *rand.Rand, turn int) erc.Utterance {
	u := erc.Utterance{Turn: turn, Speaker: erc.Speaker(turn % 2), Present: erc.Present(1 + rng.IntN(int(erc.All)))}
	for m, width := range corpus(nil).Dims {
		if u.Present.Has(erc.Modality(m)) {
			for range width {
				u.Features[m] = append(u.Features[m], float32(rng.NormFloat64()))
			}
		}
	}
	return u
}

// malformed wants an error of each of twelve corpora.
func malformed(run *gsdnet.Run, all []erc.Conversation) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, change := range map[string]func(c *erc.Corpus, conv *erc.Conversation, u *erc.Utterance){
		"no conversations":     func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Conversations = nil },
		"empty conversation":   func(_ *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) { conv.Utterances = nil },
		"number twice":         func(c *erc.Corpus, conv *erc.Conversation, _ *erc.Utterance) { conv.ID = c.Conversations[0].ID },
		"turn twice":           func(_ *erc.Corpus, conv *erc.Conversation, u *erc.Utterance) { u.Turn = conv.Utterances[0].Turn },
		"long vector":          func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0] = make([]float32, 5) },
		"short vector":         func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0] = make([]float32, 3) },
		"missing vector":       func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0] = nil },
		"NaN":                  func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0] = []float32{nan, 0, 0, 0} },
		"infinite":             func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Features[0] = []float32{inf, 0, 0, 0} },
		"no modality":          func(_ *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { u.Present = erc.None },
		"infinite label":       func(c *erc.Corpus, _ *erc.Conversation, u *erc.Utterance) { c.Task, u.Label = erc.Scores, inf },
		"other widths than it": func(c *erc.Corpus, _ *erc.Conversation, _ *erc.Utterance) { c.Dims[0] = 5 },
	} {
		c := corpus(all, 3, 4)
		conv := &c.Conversations[1]
		conv.Utterances = append([]erc.Utterance(nil), conv.Utterances...)
		conv.Utterances[2].Present = conv.Utterances[2].Present.With(erc.Text)
		conv.Utterances[2].Features[0] = make([]float32, 4)
		if _, err := run.Predict(ctx, c, gsdnet.Options{Samples: 1}); err != nil {
			fail("%s: the sound corpus is refused: %v", name, err)
		}
		change(c, conv, &conv.Utterances[2])
		if _, err := run.Predict(ctx, c, gsdnet.Options{}); err == nil {
			fail("%s: predicted", name)
		}
		if _, err := run.Impute(ctx, c, gsdnet.Options{}); err == nil {
			fail("%s: imputed", name)
		}
	}
	if _, err := run.Predict(ctx, nil, gsdnet.Options{}); err == nil {
		fail("nil: predicted")
	}
}

// closing closes the run while it is used, and uses it then.
func closing(run *gsdnet.Run, all []erc.Conversation) {
	var wg sync.WaitGroup
	started := make(chan bool, callers)
	for range callers {
		wg.Go(func() {
			for first := true; ; first = false {
				_, err := run.Predict(ctx, corpus(all, 30, 40, 50), gsdnet.Options{})
				if first {
					started <- true
				}
				if err != nil {
					return // that it is closed
				}
			}
		})
	}
	<-started
	run.Close()
	run.Close()
	wg.Wait()
	if _, err := run.Predict(ctx, corpus(all, 0), gsdnet.Options{}); err == nil {
		fail("a closed run predicted")
	}
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}
