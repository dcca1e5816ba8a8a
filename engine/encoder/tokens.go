package encoder

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"

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

	added       []addedToken // which are not cut
	byPieces    bool         // the text is cut here first
	first, last []int        // tokens that mark the begin and end
}

// addedToken is a token that is not cut, wherever it stands.
type addedToken struct {
	ID      int
	Content string
	Single  bool `json:"single_word"`
	Left    bool `json:"lstrip"` // it takes the white space before it
	Right   bool `json:"rstrip"`
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
		Model      struct{ Type string }  `json:"model"`
		Added      []addedToken           `json:"added_tokens"`
		Normalizer *struct{ Type string } `json:"normalizer"`
		Pre        *struct {
			Type   string
			Prefix bool  `json:"add_prefix_space"`
			Regex  *bool `json:"use_regex"`
		} `json:"pre_tokenizer"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fault.Input("give a tokenizer.json of Hugging Face's format", "%s: not a tokenizer in JSON", file)
	}
	if k := head.Model.Type; k != "BPE" && k != "WordPiece" {
		return nil, fault.Input("choose a model with a BPE or WordPiece tokenizer, such as RoBERTa or BERT",
			"%s: tokenizers of the kind %q are not read", file, k)
	}
	for _, a := range head.Added {
		if a.Content == "" { // it is everywhere in a text
			return nil, fault.Input("give a tokenizer.json of Hugging Face's format", "%s: the added token %d has no text", file, a.ID)
		}
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
	if p := head.Pre; p != nil && p.Type == "ByteLevel" && !p.Prefix && (p.Regex == nil || *p.Regex) && head.Normalizer == nil {
		t.byPieces = t.findMarks()
	}
	t.added = head.Added
	for _, a := range head.Added {
		t.byPieces = t.byPieces && !a.Single
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
	text = strings.ToValidUTF8(text, "\ufffd")
	if !t.byPieces {
		return t.encode(text, true), nil
	}
	ids = slices.Clone(t.first)
	for {
		at, token := t.firstAdded(text)
		before := text[:at]
		if token.Left {
			before = strings.TrimRightFunc(before, unicode.IsSpace)
		}
		for _, p := range pieces(before) {
			ids = append(ids, t.encode(p, false)...)
		}
		if at == len(text) {
			return append(ids, t.last...), nil
		}
		ids = append(ids, token.ID)
		if text = text[at+len(token.Content):]; token.Right {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
	}
}

// firstAdded returns where the first added token is in a text, and which; the length of the
// text if there is none. Of several at one place it is the longest.
func (t *Tokenizer) firstAdded(text string) (at int, token addedToken) {
	at = len(text)
	for _, a := range t.added {
		if i := strings.Index(text, a.Content); i >= 0 && (i < at || i == at && len(a.Content) > len(token.Content)) {
			at, token = i, a
		}
	}
	return at, token
}

// encode hands a text to the library; marked adds the tokens of begin and end.
func (t *Tokenizer) encode(text string, marked bool) []int {
	if err := t.tok.With(api.EncodeOptions{AddSpecialTokens: marked}); err != nil {
		panic(err)
	}
	return t.tok.Encode(text)
}

// findMarks finds the tokens that mark the begin and end of a text.
func (t *Tokenizer) findMarks() bool {
	marked, plain := t.encode("a", true), t.encode("a", false)
	for at := 0; at+len(plain) <= len(marked); at++ {
		if slices.Equal(marked[at:at+len(plain)], plain) {
			t.first, t.last = marked[:at], marked[at+len(plain):]
			return true
		}
	}
	return false
}
