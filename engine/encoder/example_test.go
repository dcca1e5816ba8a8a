package encoder_test

import (
	"context"
	"fmt"
	"log"

	"gsdnet/engine"
	"gsdnet/engine/encoder"
)

func Example() {
	backend, err := engine.Open("")
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	text, err := encoder.OpenText(backend, "testdata/roberta-small.onnx", "testdata/tokenizers/tiny-bpe.json", encoder.TextOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer text.Close()
	vector, err := text.Encode(context.Background(), "I am fine.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(vector), "numbers")
	// Output: 16 numbers
}
