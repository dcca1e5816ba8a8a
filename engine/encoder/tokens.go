package encoder

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/gomlx/go-huggingface/tokenizers/api"
	"github.com/gomlx/go-huggingface/tokenizers/hftokenizer"

	"gsdnet/internal/fault"
)

// tokenizerBytes is the size of the largest tokenizer.json that is read.
const tokenizerBytes = 64 << 20

// Tokenizer cuts a text into the tokens of a model. Goroutines may use it at the same time.
type Tokenizer struct {
	mu  sync.Mutex
	tok *hftokenizer.Tokenizer
	pad int
}

// OpenTokenizer reads a tokenizer.json of Hugging Face's format. It reads the kinds BPE
// and WordPiece; others are refused, since they would be cut wrongly.
func OpenTokenizer(path string) (t *Tokenizer, err error) {
	file := filepath.Base(path)
	data, err := read(path, tokenizerBytes)
	if err != nil {
		return nil, err
	}
	var head struct {
		Model struct{ Type string } `json:"model"`
		Added []struct {
			ID      int
			Content string
		} `json:"added_tokens"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fault.Input("give a tokenizer.json of Hugging Face's format", "%s: not a tokenizer in JSON", file)
	}
	if k := head.Model.Type; k != "BPE" && k != "WordPiece" {
		return nil, fault.Input("choose a model with a BPE or WordPiece tokenizer, such as RoBERTa or BERT",
			"%s: tokenizers of the kind %q are not read", file, k)
	}
	defer func() {
		if r := recover(); r != nil {
			t, err = nil, fault.Input("give a tokenizer.json of Hugging Face's format", "%s: the tokenizer cannot be built", file)
		}
	}()
	tok, err := hftokenizer.NewFromContent(&api.Config{}, data)
	if err == nil {
		err = tok.With(api.EncodeOptions{AddSpecialTokens: true})
	}
	if err != nil || tok.VocabSize() == 0 {
		return nil, fault.Input("give a tokenizer.json of Hugging Face's format", "%s: the tokenizer cannot be built", file)
	}
	t = &Tokenizer{tok: tok}
	for _, a := range head.Added {
		if a.Content == "<pad>" || a.Content == "[PAD]" {
			t.pad = a.ID
		}
	}
	return t, nil
}

// Encode returns the numbers of a text's tokens, with those that mark its begin and end.
func (t *Tokenizer) Encode(text string) (ids []int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			ids, err = nil, fmt.Errorf("the text cannot be cut into tokens")
		}
	}()
	return t.tok.Encode(text), nil
}
