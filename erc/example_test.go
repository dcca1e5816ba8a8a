package erc_test

import (
	"errors"
	"fmt"

	"gsdnet/erc"
)

// The example makes a corpus in memory, of which one utterance lacks its audio, and
// checks it before and after a mistake.
func Example() {
	text, audio := erc.None.With(erc.Text), erc.None.With(erc.Text).With(erc.Audio)
	corpus := &erc.Corpus{
		Task: erc.Scores,
		Dims: [erc.NumModalities]int{2, 1, 0}, // no visual features
		Conversations: []erc.Conversation{{
			Name:  "first",
			Split: erc.Test,
			Utterances: []erc.Utterance{
				{Turn: 1, Present: audio, Features: [erc.NumModalities][]float32{{0.5, 1}, {3}}, Label: 1.5},
				{Turn: 2, Present: text, Features: [erc.NumModalities][]float32{{0.2, 0}}, Label: -1},
			},
		}},
	}
	fmt.Println(corpus.Check())
	for _, u := range corpus.In(erc.Test)[0].Utterances {
		fmt.Printf("turn %d %s %+.1f\n", u.Turn, u.Present, u.Label)
	}

	corpus.Conversations[0].Utterances[1].Features[erc.Text] = []float32{0.2}
	err := corpus.Check()
	fmt.Println(err)
	var fault *erc.Fault
	if errors.As(err, &fault) {
		fmt.Println("utterance", fault.Utterance)
	}
	// Output:
	// <nil>
	// turn 1 {t,a} +1.5
	// turn 2 {t} -1.0
	// conversation 0 (first), utterance 1 (turn 2), text: 1 features, want 2
	// utterance 1
}
