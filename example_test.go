package gsdnet_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/engine"
	"gsdnet/rundir"
	"gsdnet/train"
)

// Predict the emotion of every utterance and fill the holes, with a run that
// gsdnet train left.
func Example() {
	dir := trainedRun() // as gsdnet train --data synthetic --out runs/first
	defer os.RemoveAll(filepath.Dir(dir))

	run, err := gsdnet.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	corpus, err := run.Read("synthetic:seed=2,conversations=3,turns=4")
	if err != nil {
		log.Fatal(err)
	}
	corpus.Conversations[0].Utterances[0].Present = 0b011 // a covered camera

	ctx := context.Background()
	predictions, err := run.Predict(ctx, corpus, gsdnet.Options{})
	if err != nil {
		log.Fatal(err)
	}
	first := predictions[0]
	widest := first.Score.Intervals[2]
	fmt.Printf("%d utterances; of the first %s was seen\n", len(predictions), first.Observed)
	fmt.Println("score within its 95 % interval:", widest.Low < first.Score.Mean && first.Score.Mean < widest.High)

	imputed, err := run.Impute(ctx, corpus, gsdnet.Options{Samples: 16})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("recovered %d visual features\n", len(imputed[0].Deviation[2]))
	// Output:
	// 12 utterances; of the first ta was seen
	// score within its 95 % interval: true
	// recovered 12 visual features
}

// trainedRun trains a small GSDNet on synthetic conversations.
func trainedRun() string {
	dir, err := os.MkdirTemp("", "gsdnet-example-")
	if err != nil {
		log.Fatal(err)
	}
	config := rundir.DefaultConfig()
	for _, setting := range []string{"train.epochs=2", "gsdnet.width=8", "gsdnet.hidden=8", "gsdnet.blocks=1", "gsdnet.prior.rank=4", "gsdnet.sampler.steps=2"} {
		if err := config.Set(setting); err != nil {
			log.Fatal(err)
		}
	}
	corpus, err := dataset.Open("synthetic:conversations=19,turns=4-6", dataset.Fields{})
	if err != nil {
		log.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		log.Fatal(err)
	}
	out := filepath.Join(dir, "run")
	if _, err := train.Fit(context.Background(), train.Options{Config: config, Corpus: corpus, Out: out, Backend: backend}); err != nil {
		log.Fatal(err)
	}
	return out
}
