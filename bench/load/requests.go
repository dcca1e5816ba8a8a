package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/rundir"
	"gsdnet/train"
)

// dims are the widths of a real corpus, those of bench/reference/step.py.
var dims = [erc.NumModalities]int{785, 384, 66}

// corpus returns synthetic conversations of these widths.
func corpus() *erc.Corpus {
	return synthetic.New(synthetic.Config{Train: 24, Valid: 4, Test: 4, MinTurns: 48, MaxTurns: 96, Dims: dims})
}

// trainRun trains the default GSDNet for one epoch, because speed does not depend on the
// weights.
func trainRun(dir string) error {
	fmt.Fprintln(os.Stderr, "training a run")
	config := rundir.DefaultConfig()
	if err := config.Set("train.epochs=1"); err != nil {
		return err
	}
	backend, err := engine.Open("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	_, err = train.Fit(context.Background(), train.Options{Config: config, Corpus: corpus(), Out: dir, Backend: backend})
	return err
}

// request is a body and the answer that it must have.
type request struct {
	body   []byte
	answer []byte // of the run itself, as gsdnet serve encodes it
	want   []said
}

// prepare makes conversations of one length from the utterances of a corpus, with holes of
// all kinds, and their answers.
func prepare(s settings) ([]request, error) {
	run, err := gsdnet.Open(s.run)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	from := corpus()
	if s.data != "" {
		if from, err = run.Read(s.data); err != nil {
			return nil, err
		}
	}
	var all []erc.Utterance
	for i := range from.Conversations {
		all = append(all, from.Conversations[i].Utterances...)
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
		one := *from
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
	return request{body, want, answers}, errors.Join(err, other)
}
