package dataset_test

import (
	"fmt"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/erc"
)

func ExampleOpen() {
	corpus, err := dataset.Open("synthetic:seed=3,turns=10", dataset.Fields{})
	if err != nil {
		fmt.Println(err)
		return
	}
	test := corpus.In(erc.Test)
	fmt.Println(len(test), "conversations,", erc.CountUtterances(test), "utterances of", corpus.Task)
	// Output: 16 conversations, 160 utterances of scores
}
