// Command load measures a server under load, and compares every answer with that of the
// run itself:
//
//	gsdnet serve runs/first &
//	go run ./bench/load -run runs/first -data corpus.npz -clients 16 -seconds 60 -length 96
//
// It prints requests per second, the times of answers, and the resident memory of the
// server. It fails if a request fails or an answer differs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"gsdnet"
	"gsdnet/erc"
)

type settings struct {
	run, data, url                   string
	clients, seconds, length, number int
	samples                          int
}

func main() {
	var s settings
	flag.StringVar(&s.run, "run", "", "run directory that is served")
	flag.StringVar(&s.data, "data", "synthetic", "data file to make conversations of")
	flag.StringVar(&s.url, "url", "http://127.0.0.1:8080", "address of the server")
	flag.IntVar(&s.clients, "clients", 16, "clients at once")
	flag.IntVar(&s.seconds, "seconds", 60, "seconds to measure")
	flag.IntVar(&s.length, "length", 96, "utterances of a conversation")
	flag.IntVar(&s.number, "number", 32, "different conversations")
	flag.IntVar(&s.samples, "samples", 16, "completions of each")
	flag.Parse()
	if err := measure(s); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// request is a body and the answer that it must have.
type request struct{ body, want []byte }

// measure runs the clients and prints what they found.
func measure(s settings) error {
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = s.clients // as many as are used
	requests, err := prepare(s)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	var wg sync.WaitGroup
	until := time.Now().Add(time.Duration(s.seconds) * time.Second)
	for k := range s.clients {
		wg.Go(func() {
			for i := k; time.Now().Before(until); i++ {
				began := time.Now()
				err := ask(s, requests[i%len(requests)])
				mu.Lock()
				times, failed = append(times, time.Since(began)), errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	slices.Sort(times)
	at := func(share float64) time.Duration { return times[int(share*float64(len(times)-1))] }
	memory, err := resident(s.url)
	if err != nil {
		return err
	}
	fmt.Printf("%d requests of %d utterances, %d clients, %d samples: %.1f requests/s, p50 %v, p99 %v, server %.0f MiB; all answers equal those of the run\n",
		len(times), s.length, s.clients, s.samples, float64(len(times))/float64(s.seconds),
		at(0.5).Round(time.Millisecond), at(0.99).Round(time.Millisecond), memory/(1<<20))
	return nil
}

// prepare makes conversations of one length from the utterances of a data file, with holes
// of all kinds, and their answers.
func prepare(s settings) ([]request, error) {
	run, err := gsdnet.Open(s.run)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	corpus, err := run.Read(s.data)
	if err != nil {
		return nil, err
	}
	var all []erc.Utterance
	for i := range corpus.Conversations {
		all = append(all, corpus.Conversations[i].Utterances...)
	}
	out := make([]request, s.number)
	for i := range out {
		conv := erc.Conversation{ID: int32(i)}
		for j := range s.length {
			u := all[(i*s.length+j)%len(all)]
			u.Turn, u.Row = j, j
			if less := u.Present &^ (1 << ((i + j) % erc.NumModalities)); less != erc.None {
				u.Present = less
			}
			conv.Utterances = append(conv.Utterances, u)
		}
		one := *corpus
		one.Dialogues, one.Conversations = nil, []erc.Conversation{conv}
		predictions, err := run.Predict(context.Background(), &one, gsdnet.Options{Samples: s.samples})
		if err != nil {
			return nil, err
		}
		if out[i], err = encode(conv, predictions); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// said is the part of an answer that is compared.
type said struct {
	Score *gsdnet.Score `json:"score,omitempty"`
	Class *gsdnet.Class `json:"class,omitempty"`
}

// encode writes a conversation and its answer in JSON.
func encode(conv erc.Conversation, predictions []gsdnet.Prediction) (request, error) {
	type utterance struct {
		Speaker int32     `json:"speaker"`
		Text    []float32 `json:"text"`
		Audio   []float32 `json:"audio"`
		Visual  []float32 `json:"visual"`
	}
	items := make([]utterance, len(conv.Utterances))
	for i, u := range conv.Utterances {
		items[i].Speaker = int32(u.Speaker)
		for m, into := range []*[]float32{&items[i].Text, &items[i].Audio, &items[i].Visual} {
			if u.Present.Has(erc.Modality(m)) {
				*into = u.Features[m]
			}
		}
	}
	answers := make([]said, len(predictions))
	for i, p := range predictions {
		answers[i] = said{p.Score, p.Class}
	}
	body, err := json.Marshal(map[string]any{"dialogue": conv.ID, "utterances": items})
	want, other := json.Marshal(answers)
	return request{body, want}, errors.Join(err, other)
}

// ask sends one request and compares its answer.
func ask(s settings, r request) error {
	response, err := http.Post(s.url+"/v1/predict?samples="+strconv.Itoa(s.samples), "application/json", bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var answer struct{ Utterances []said }
	if err := json.Unmarshal(text, &answer); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %.300s", response.StatusCode, text)
	}
	got, err := json.Marshal(answer.Utterances)
	if err == nil && !bytes.Equal(got, r.want) {
		err = errors.New("an answer differs from that of the run")
	}
	return err
}

// resident reads the memory of the server in bytes.
func resident(url string) (float64, error) {
	response, err := http.Get(url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`(?m)^process_resident_memory_bytes (\S+)$`).FindSubmatch(text)
	if found == nil {
		return 0, errors.New("the server does not report its memory")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
