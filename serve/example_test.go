package serve_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"gsdnet/serve"
)

// A client is a struct for the conversation, one for the answer, and one request.
func Example() {
	url, stop := exampleServer() // as gsdnet serve runs/scores
	defer stop()

	type utterance struct {
		Speaker string    `json:"speaker"`
		Text    []float32 `json:"text,omitempty"` // absent: not observed
		Audio   []float32 `json:"audio,omitempty"`
	}
	body, err := json.Marshal(map[string][]utterance{"utterances": {
		{Speaker: "ann", Text: []float32{0.2, -1.1, 0.4, 0.9}, Audio: []float32{0.1, 0.7, -0.3}},
		{Speaker: "bob", Audio: []float32{0.5, -0.2, 0.8}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.Post(url+"/v1/predict?samples=8", "application/json", bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	var answer serve.Emotions
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status) // the body is a serve.Problem
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	for _, u := range answer.Utterances {
		widest := u.Score.Intervals[2]
		fmt.Printf("turn %d, observed %s: score within its interval: %v\n", u.Turn, u.Observed, widest.Low < u.Score.Mean && u.Score.Mean < widest.High)
	}
	// Output:
	// turn 0, observed ta: score within its interval: true
	// turn 1, observed a: score within its interval: true
}

// exampleServer serves a small run.
func exampleServer() (url string, stop func()) {
	dir, err := trainedDir("scores")
	if err != nil {
		log.Fatal(err)
	}
	server, err := serve.New(serve.Config{Runs: []string{dir}})
	if err != nil {
		log.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	return listener.URL, func() { listener.Close(); server.Close() }
}
