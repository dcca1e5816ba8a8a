package encoder

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// contractions are pieces of their own in GPT-2's pattern, in its order.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// pieces cuts a text as GPT-2 does before its bytes are joined to tokens:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// (github.com/openai/gpt-2, src/encoder.py). The tokenizer's own pattern differs on spaces
// before an apostrophe and on several line breaks.
func pieces(text string) (out []string) {
	for text != "" {
		n := piece(text)
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

// piece returns the length of the first piece.
func piece(text string) int {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	from := 0
	if text[0] == ' ' {
		from = 1
	}
	if r, _ := utf8.DecodeRuneInString(text[from:]); from < len(text) && !unicode.IsSpace(r) {
		kind := kindOf(r)
		end := strings.IndexFunc(text[from:], func(r rune) bool { return kindOf(r) != kind })
		if end < 0 {
			return len(text)
		}
		return from + end
	}
	// White space; of several, the last belongs to what follows.
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) })
	if end < 0 {
		return len(text)
	}
	if _, last := utf8.DecodeLastRuneInString(text[:end]); last < end {
		return end - last
	}
	return end
}

// kindOf tells letters, numbers, white space and others apart.
func kindOf(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return 0
	case unicode.IsLetter(r):
		return 1
	case unicode.IsNumber(r):
		return 2
	}
	return 3
}
